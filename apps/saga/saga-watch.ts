import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import type { Logger } from 'pino';
import { searchAttributes } from '../../workflows/saga/search-attributes.js';
import { type ObservedSaga, observedSaga } from './observed-saga.js';
import type { SagaRegister, WatermarkSource } from './saga-register.js';
import { VisibilityWatermark } from './visibility-watermark.js';

/** How many runs are recorded at once. */
const BATCH = 500;

interface Source {
  name: WatermarkSource;
  query: (since: string) => string;
  timeOf: (run: WorkflowExecutionInfo) => Date | undefined;
}

/**
 * The lists that a poll reads, in this order, so that a saga that ends meanwhile is seen as ended. Each list has only the changes
 * since the last poll, however many sagas wait.
 */
const sources: readonly Source[] = [
  {
    name: 'changed',
    query: (since) => `ExecutionStatus = 'Running' AND ${searchAttributes.sagaStateSince.name} >= '${since}'`,
    timeOf: ({ typedSearchAttributes }) => typedSearchAttributes.get(searchAttributes.sagaStateSince),
  },
  { name: 'ended', query: (since) => `CloseTime >= '${since}'`, timeOf: ({ closeTime }) => closeTime },
  { name: 'begun', query: (since) => `StartTime >= '${since}'`, timeOf: ({ startTime }) => startTime },
];

export interface SagaWatchOptions {
  client: Client;
  register: SagaRegister;
  log: Logger;
  /** The pause between two polls, in ms. */
  intervalMs: number;
  /** Called after a poll that has published something. */
  onChange?: () => void;
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
  private readonly watermarks = new Map(sources.map(({ name }) => [name, new VisibilityWatermark()]));
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
    const startedAt = Date.now();
    const seenTo = await this.options.register.watermarks();
    let published = 0;
    for (const source of sources) {
      const watermark = this.watermarks.get(source.name)!;
      watermark.advance(seenTo.get(source.name) ?? new Date(0)); // another watch may be ahead
      published += await this.readSource(source, watermark);
    }
    this.lastPoll = startedAt;
    if (published > 0) this.options.onChange?.();
  }

  /**
   * Reads one list from its watermark. The watermark advances after the whole list is recorded, because the store lists the
   * newest first.
   */
  private async readSource({ name, query, timeOf }: Source, watermark: VisibilityWatermark): Promise<number> {
    const { client, register } = this.options;
    let published = 0;
    let newest = watermark.value;
    let batch: ObservedSaga[] = [];
    const recordBatch = async () => {
      published += batch.length === 0 ? 0 : await register.record(batch);
      batch = [];
    };
    const runs = client.workflow.list({
      query: `${searchAttributes.sagaType.name} IS NOT NULL AND ${query(watermark.since().toISOString())}`,
      pageSize: BATCH,
    }) as AsyncIterable<WorkflowExecutionInfo>;
    for await (const run of runs) {
      const time = timeOf(run);
      if (time !== undefined && time > newest) newest = time;
      const saga = observedSaga(run);
      if (saga) batch.push(saga);
      if (batch.length === BATCH) await recordBatch();
    }
    await recordBatch();
    if (watermark.advance(newest)) await register.setWatermark(name, newest);
    return published;
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
}
