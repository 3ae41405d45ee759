import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import type { Logger } from 'pino';
import { searchAttributes } from '../../workflows/saga/search-attributes.js';
import { type ObservedSaga, observedSaga } from './observed-saga.js';
import type { SagaRegister } from './saga-register.js';

/** How far a poll goes back behind the last one: the visibility store may be that far behind. */
const OVERLAP_MS = 3_000;
/** How many runs are recorded at a time. */
const BATCH = 500;

export interface SagaWatchOptions {
  client: Client;
  register: SagaRegister;
  log: Logger;
  /** The pause between two polls, in ms. */
  intervalMs: number;
}

/**
 * Polls Temporal's visibility store and records every change of a saga, so that the end of every saga is published: also of a saga that
 * was terminated or timed out, which cannot publish it itself. Any number of watches may poll at once.
 */
export class SagaWatch {
  private stopped = false;
  private polling: Promise<void> = Promise.resolve();
  private queued: Promise<void> | undefined;
  private wake = () => {};
  private running: Promise<void> | undefined;
  /** When the last poll succeeded, in ms since the epoch; undefined before the first. */
  lastPoll: number | undefined;

  constructor(private readonly options: SagaWatchOptions) {}

  start(): void {
    this.running ??= this.run();
  }

  /** Resolves when the poll under way is over. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.wake();
    await this.running;
  }

  /** A poll that begins after this call; concurrent callers share it. */
  refresh(): Promise<void> {
    this.queued ??= this.polling.then(() => {
      this.queued = undefined;
      const poll = this.poll();
      this.polling = poll.catch(() => {});
      return poll;
    });
    return this.queued;
  }

  /** One poll: records everything that has changed since the last one. */
  async poll(): Promise<void> {
    const { register } = this.options;
    const seenTo = await register.seenTo();
    const startedAt = new Date();
    const since = new Date(seenTo.getTime() - OVERLAP_MS).toISOString();
    const unsettled = await register.unsettled();

    // First what waits, then what has ended, then what has begun: what ends in between is then seen to have ended, not to go on.
    const { sagaState } = searchAttributes;
    const waiting = await this.runs(
      `ExecutionStatus = 'Running' AND ${sagaState.name} IN ('WAITING', 'COMPENSATING', 'NEEDS_ATTENTION')`,
    );
    for (const { sagaId } of waiting) unsettled.delete(sagaId);
    const ended = await this.runs(`CloseTime >= '${since}'`);
    for (const { sagaId } of ended) unsettled.delete(sagaId);
    const begun = await this.runs(`StartTime >= '${since}'`);

    const seen = [...ended, ...waiting, ...unsettled.values(), ...begun];
    for (let from = 0; from < seen.length; from += BATCH) await register.record(seen.slice(from, from + BATCH));
    await register.setSeenTo(startedAt);
    this.lastPoll = startedAt.getTime();
  }

  private async run(): Promise<void> {
    const { log, intervalMs } = this.options;
    while (!this.stopped) {
      await this.poll().catch((error: unknown) =>
        log.warn({ err: error }, 'Temporal could not be polled for sagas; the next poll catches up'),
      );
      if (!this.stopped)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, intervalMs);
          this.wake = () => (clearTimeout(timer), resolve());
        });
    }
  }

  private async runs(condition: string): Promise<ObservedSaga[]> {
    const query = `${searchAttributes.sagaType.name} IS NOT NULL AND ${condition}`;
    const found: ObservedSaga[] = [];
    for await (const run of this.options.client.workflow.list({
      query,
      pageSize: BATCH,
    }) as AsyncIterable<WorkflowExecutionInfo>) {
      const saga = observedSaga(run);
      if (saga) found.push(saga);
    }
    return found;
  }
}
