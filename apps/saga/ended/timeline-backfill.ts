import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { Logger } from 'pino';
import { BackgroundLoop } from '../../../libs/service-kit/background-loop.js';
import { workflowVersionOf } from '../../../libs/temporal/workflow-version.js';
import { timelineQuery } from '../../../workflows/saga/saga.contract.js';
import type { EndedTimelineStore, RunId } from './ended-timeline.store.js';

/** How many ended runs are queried at once, and in one step. */
const AT_ONCE = 5;
const BATCH = 20;
const QUERY_MS = 5_000;
/** Longer than a batch of queries takes. */
const RETRY_AFTER_MS = 30_000;
const SOON_MS = 500;
const IDLE_MS = 15_000;

export interface TimelineBackfillOptions {
  client: Client;
  store: EndedTimelineStore;
  log: Logger;
}

/**
 * Queries the steps of ended runs that no worker has reported: the run was ended by force, or its worker died first. A worker has
 * to replay each run, so batches are small and few queries run at once.
 */
export class TimelineBackfill {
  private readonly loop: BackgroundLoop;
  private due = true;

  constructor(private readonly options: TimelineBackfillOptions) {
    this.loop = new BackgroundLoop(() => this.step(), {
      idleMs: () => (this.due ? SOON_MS : IDLE_MS),
      onError: (error) =>
        options.log.warn({ err: error }, 'the steps of ended sagas could not be stored; they are queried again'),
    });
  }

  start(): void {
    this.loop.start();
  }

  /** Sagas have changed: some may have ended. */
  kick(): void {
    this.loop.kick();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  /** One batch. @returns whether it was full. */
  async step(): Promise<boolean> {
    const runs = await this.options.store.claimDue(BATCH, RETRY_AFTER_MS);
    const queue = [...runs];
    const work = async () => {
      for (let run = queue.shift(); run; run = queue.shift()) await this.fetch(run);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    this.due = await this.options.store.anyDue();
    return runs.length === BATCH;
  }

  private async fetch(run: RunId): Promise<void> {
    const { client, store, log } = this.options;
    try {
      const handle = client.workflow.getHandle(run.sagaId, run.runId);
      const answers = () => Promise.all([handle.describe(), handle.query(timelineQuery)]);
      const [described, timeline] = await client.connection.withDeadline(Date.now() + QUERY_MS, answers);
      await store.storeAnswer(run, { timeline, build: workflowVersionOf(described) });
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) await store.settle([run]);
      else log.warn({ err: error, ...run }, 'the steps of an ended saga could not be queried; they are queried again');
    }
  }
}
