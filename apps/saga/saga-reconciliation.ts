import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import type { Logger } from 'pino';
import type { SagaState } from '../../contracts/saga/saga-state.js';
import { endedStates } from '../../contracts/saga/saga-status.js';
import { BackgroundLoop } from '../../libs/service-kit/background-loop.js';
import { describeRun } from '../../libs/temporal/describe-run.js';
import type { EndedTimelineStore, UnattachedTimeline } from './ended/ended-timeline.store.js';
import { type ObservedSaga, observedSaga } from './observed-saga.js';
import type { LostSaga } from './saga-changes.js';
import type { SagaRegister } from './saga-register.js';

const INTERVAL_MS = 10_000;
/** How long only the polls watch an open saga. */
const UNCHECKED_MS = 30_000;
const UNATTACHED_MS = 15_000;
const BATCH = 100;

export interface SagaReconciliationOptions {
  client: Client;
  register: SagaRegister;
  timelines: EndedTimelineStore;
  log: Logger;
  onChange: () => void;
}

/**
 * Finds changes that the polls have missed: the visibility store may be later than their overlap, or lose an entry. It describes
 * open sagas that are no longer listed as running, and runs whose end a worker has reported and no poll has found.
 */
export class SagaReconciliation {
  private readonly loop: BackgroundLoop;

  constructor(private readonly options: SagaReconciliationOptions) {
    this.loop = new BackgroundLoop(() => this.step(), {
      idleMs: INTERVAL_MS,
      onError: (error) => options.log.warn({ err: error }, 'sagas could not be compared with Temporal; they are compared again'),
    });
  }

  start(): void {
    this.loop.start();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  /** One batch of each kind. @returns false, so that the next batch waits for the interval and the cost is constant. */
  async step(): Promise<false> {
    const changed = (await this.checkOpen()) + (await this.checkUnattached());
    if (changed > 0) this.options.onChange();
    return false;
  }

  private async checkOpen(): Promise<number> {
    const { register } = this.options;
    const sagas = await register.unchecked(BATCH, UNCHECKED_MS);
    if (sagas.length === 0) return 0;
    const running = await this.listed(sagas.map(({ sagaId }) => sagaId));
    let changed = await register.record([...running.values()]);
    for (const saga of sagas.filter(({ sagaId }) => !running.has(sagaId))) changed += await this.check(saga);
    await register.setChecked(sagas.map(({ sagaId }) => sagaId));
    return changed;
  }

  private async checkUnattached(): Promise<number> {
    const reports = await this.options.timelines.unattached(BATCH, UNATTACHED_MS);
    let changed = 0;
    for (const report of reports) {
      const observed = await this.described(report.sagaId, report.runId);
      if (observed) changed += await this.options.register.record([observed]);
    }
    if (reports.length > 0) await this.options.timelines.setAttached(reports);
    return changed;
  }

  /** Describes a saga that is not listed as running. */
  private async check(saga: LostSaga): Promise<number> {
    const { register, timelines } = this.options;
    const observed = await this.described(saga.sagaId);
    if (observed) return register.record([observed]);
    // Temporal has no run of it. The worker may have reported its end. Otherwise the run was deleted while it was open.
    const stored = await timelines.find(saga.sagaId, saga.runId);
    if (stored && isEnd(stored.timeline.state)) return register.record([endedAs(saga, stored.timeline)]);
    return Number(await register.recordLoss(saga));
  }

  /** The given run of a saga, or its newest run; undefined if Temporal has none. */
  private async described(sagaId: string, runId?: string): Promise<ObservedSaga | undefined> {
    const run = await describeRun(this.options.client, sagaId, runId);
    return run && observedSaga(run);
  }

  private async listed(sagaIds: readonly string[]): Promise<Map<string, ObservedSaga>> {
    const quoted = sagaIds.map((sagaId) => `'${sagaId.replaceAll(/['\\]/g, '')}'`).join(', ');
    const found = new Map<string, ObservedSaga>();
    const query = `ExecutionStatus = 'Running' AND WorkflowId IN (${quoted})`;
    for await (const run of this.options.client.workflow.list({ query }) as AsyncIterable<WorkflowExecutionInfo>) {
      const saga = observedSaga(run);
      if (saga) found.set(saga.sagaId, saga);
    }
    return found;
  }
}

const isEnd = (state: SagaState) => (endedStates as readonly SagaState[]).includes(state);

function endedAs(saga: LostSaga, { state }: UnattachedTimeline['timeline']): ObservedSaga {
  return { ...saga, state, recorded: state, status: 'COMPLETED', endRecorded: true, endedAt: new Date() };
}
