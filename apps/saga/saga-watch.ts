import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import type { Logger } from 'pino';
import { searchAttributes } from '../../workflows/saga/search-attributes.js';
import { type ObservedSaga, observedSaga } from './observed-saga.js';
import type { SagaRegister } from './saga-register.js';

/** How far a look goes back behind the last one: the visibility store may be that much behind the truth. */
const OVERLAP_MS = 3_000;
/** How many runs are recorded at a time. */
const BATCH = 500;

export interface SagaWatchOptions {
  client: Client;
  register: SagaRegister;
  log: Logger;
  /** The pause between two looks, in ms. */
  everyMs: number;
}

/**
 * Looks into Temporal's visibility store for what has become of sagas and has it recorded, so that the end of every saga is told: also of
 * one that was terminated or timed out, which could not have told it itself. Any number of watches may look at once.
 */
export class SagaWatch {
  private stopped = false;
  private looking: Promise<void> = Promise.resolve();
  private queued: Promise<void> | undefined;
  private wake = () => {};
  private running: Promise<void> | undefined;
  /** When the last look succeeded, in ms since the epoch; undefined before the first. */
  lastLook: number | undefined;

  constructor(private readonly options: SagaWatchOptions) {}

  start(): void {
    this.running ??= this.run();
  }

  /** Resolves when the look that is under way is over. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.wake();
    await this.running;
  }

  /** A look that begins after this call; those who ask meanwhile share it. */
  lookAfresh(): Promise<void> {
    this.queued ??= this.looking.then(() => {
      this.queued = undefined;
      const look = this.look();
      this.looking = look.catch(() => {});
      return look;
    });
    return this.queued;
  }

  /** One look: everything that has changed since the last one is recorded. */
  async look(): Promise<void> {
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
    this.lastLook = startedAt.getTime();
  }

  private async run(): Promise<void> {
    const { log, everyMs } = this.options;
    while (!this.stopped) {
      await this.look().catch((error: unknown) =>
        log.warn({ err: error }, 'sagas could not be looked at; the next look makes up for it'),
      );
      if (!this.stopped)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, everyMs);
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
