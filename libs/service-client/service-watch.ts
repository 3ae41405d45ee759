import type { ServiceApi } from './service-api.js';
import { ParticipantUnavailableException } from './participant-unavailable.exception.js';

const UP_INTERVAL_MS = 1_000;
const DOWN_INTERVAL_MS = 250;
const PROBE_TIMEOUT_MS = 1_500;

/** A busy service may miss a probe. After this many missed probes in a row it is unavailable. */
const MISSED_PROBES_ALLOWED = 3;

type Reason = ParticipantUnavailableException['outcome'];

/**
 * Knows at any moment, without a call, whether a service is available. It probes the service once a second in the background, and at once
 * when a connection ends. A refused connection counts immediately.
 */
export class ServiceWatch {
  private reason: Reason | undefined = 'refused';
  private missedProbes = 0;
  private timer: NodeJS.Timeout | undefined;
  private probing: Promise<void> | undefined;
  private stopped = false;

  constructor(private readonly api: ServiceApi) {}

  /** Resolves after the first probe, so that no request is refused before the state is known. */
  async start(): Promise<void> {
    this.api.onOutcome((outcome) => {
      if (outcome === 'refused') this.reason = outcome;
      if (outcome === 'disconnected' || outcome === 'broken') void this.probe();
    });
    await this.probe();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  get available(): boolean {
    return this.reason === undefined;
  }

  /** @param consequence added to the detail of the problem. @throws ParticipantUnavailableException when the service is unavailable. */
  assertAvailable(consequence: string): void {
    if (this.reason !== undefined) throw new ParticipantUnavailableException(this.api.service, this.reason, { consequence });
  }

  private probe(): Promise<void> {
    this.probing ??= this.probeOnce().finally(() => {
      this.probing = undefined;
      clearTimeout(this.timer);
      if (!this.stopped)
        this.timer = setTimeout(() => void this.probe(), this.available ? UP_INTERVAL_MS : DOWN_INTERVAL_MS).unref();
    });
    return this.probing;
  }

  private async probeOnce(): Promise<void> {
    try {
      this.conclude((await this.api.ready(PROBE_TIMEOUT_MS)) ? undefined : 'failed');
    } catch (error) {
      const outcome = error instanceof ParticipantUnavailableException ? error.outcome : 'failed';
      this.missedProbes += 1;
      if (outcome === 'refused' || this.missedProbes >= MISSED_PROBES_ALLOWED) this.reason = outcome;
    }
  }

  private conclude(reason: Reason | undefined): void {
    this.missedProbes = 0;
    this.reason = reason;
  }
}
