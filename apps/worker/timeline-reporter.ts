import type { InjectedSinks } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { EndedTimelines } from '../../contracts/ended-saga.js';
import { pause } from '../../libs/messaging/pause.js';
import { ServiceApi } from '../../libs/service-client/service-api.js';
import type { SagaSinks } from '../../workflows/saga/saga-sinks.js';

type Ended = EndedTimelines['items'][number];

/** How long the first of a batch waits for others. */
const GATHER_MS = 200;
const BATCH = 200;
/** More than a worker ends while the saga service is away for a moment. What does not fit is queried later. */
const CAPACITY = 5_000;
const ATTEMPTS = 4;
const RETRY_AFTER_MS = 500;
/** How long the last batch may take at shutdown. */
const STOP_MS = 3_000;

export interface TimelineReporterOptions {
  /** The build of this worker. */
  build: string;
  sagaUrl: string;
  log: Logger;
}

/**
 * Reports the last steps of every saga that ends in this worker to the saga service, in batches. A report costs no event in the history and
 * may be lost with the worker: the saga service then queries the run.
 */
export class TimelineReporter {
  private readonly api: ServiceApi;
  private readonly queue: Ended[] = [];
  private sending: Promise<void> | undefined;
  private readonly stopping = new AbortController();

  constructor(private readonly options: TimelineReporterOptions) {
    this.api = new ServiceApi('saga', options.sagaUrl);
  }

  /** For the options of a worker. A replayed end was reported before. */
  readonly sinks: InjectedSinks<SagaSinks> = {
    sagas: {
      ended: {
        fn: ({ workflowId: sagaId, runId, historyLength }, timeline) =>
          this.report({ sagaId, runId, timeline: { ...timeline }, build: this.options.build, historyLength }),
        callDuringReplay: false,
      },
    },
  };

  /** Takes a report. The oldest ones make room for it when there are too many. */
  report(ended: Ended): void {
    this.queue.push(ended);
    if (this.queue.length > CAPACITY) this.drop(this.queue.splice(0, this.queue.length - CAPACITY));
    this.sending ??= this.send().finally(() => (this.sending = undefined));
  }

  /** Sends what is left, if the saga service takes it soon. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.race([this.sending, pause(STOP_MS)]);
    await this.api.close();
  }

  private async send(): Promise<void> {
    await pause(GATHER_MS, this.stopping.signal);
    while (this.queue.length > 0) await this.post(this.queue.splice(0, BATCH));
  }

  private async post(items: Ended[]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.api.post('/timelines', { items } satisfies EndedTimelines);
        return;
      } catch (error) {
        if (attempt === ATTEMPTS || this.stopping.signal.aborted) return this.drop(items, error);
        await pause(RETRY_AFTER_MS * 2 ** (attempt - 1), this.stopping.signal);
      }
    }
  }

  private drop(items: readonly Ended[], cause?: unknown): void {
    const { log } = this.options;
    log.warn(
      { err: cause, sagas: items.length },
      'the steps of ended sagas could not be reported; the saga service queries them',
    );
  }
}
