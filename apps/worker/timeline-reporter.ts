import type { InjectedSinks } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { EndedTimelines } from '../../contracts/saga/ended-saga.js';
import { pause } from '../../libs/timing/pause.js';
import { ServiceApi } from '../../libs/service-client/service-api.js';
import type { SagaSinks } from '../../workflows/saga/saga-sinks.js';

type EndedSaga = EndedTimelines['items'][number];

/** How long the first report waits for others to join its batch. */
const BATCH_WINDOW_MS = 200;
const BATCH = 200;
/** More than a worker ends during a short outage of the saga service. The saga service queries dropped reports later. */
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
 * Reports the timeline of every saga that ends in this worker to the saga service, in batches. A report adds no event to the history. It may
 * be lost with the worker: then the saga service queries the run.
 */
export class TimelineReporter {
  private readonly api: ServiceApi;
  private readonly queue: EndedSaga[] = [];
  private sending: Promise<void> | undefined;
  private readonly stopping = new AbortController();

  constructor(private readonly options: TimelineReporterOptions) {
    this.api = new ServiceApi('saga', options.sagaUrl);
  }

  /** The sinks for the options of a worker. An end that is replayed was reported before. */
  readonly sinks: InjectedSinks<SagaSinks> = {
    sagas: {
      ended: {
        fn: ({ workflowId: sagaId, runId, historyLength }, timeline) =>
          this.report({ sagaId, runId, timeline: { ...timeline }, build: this.options.build, historyLength }),
        callDuringReplay: false,
      },
    },
  };

  /** Queues a report. A full queue drops its oldest reports. */
  report(ended: EndedSaga): void {
    this.queue.push(ended);
    if (this.queue.length > CAPACITY) this.drop(this.queue.splice(0, this.queue.length - CAPACITY));
    this.sending ??= this.send().finally(() => (this.sending = undefined));
  }

  /** Sends the queued reports, within `STOP_MS`. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.race([this.sending, pause(STOP_MS)]);
    await this.api.close();
  }

  private async send(): Promise<void> {
    await pause(BATCH_WINDOW_MS, this.stopping.signal);
    while (this.queue.length > 0) await this.post(this.queue.splice(0, BATCH));
  }

  private async post(items: EndedSaga[]): Promise<void> {
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

  private drop(items: readonly EndedSaga[], cause?: unknown): void {
    const { log } = this.options;
    log.warn(
      { err: cause, sagas: items.length },
      'the steps of ended sagas could not be reported; the saga service queries them',
    );
  }
}
