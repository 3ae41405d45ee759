import type { ServiceApi } from './service-api.js';
import { ParticipantUnavailableException } from './participant-unavailable.exception.js';

const UP_INTERVAL_MS = 1_000;
const DOWN_INTERVAL_MS = 250;
const PROBE_TIMEOUT_MS = 1_500;

/** A busy service may miss a probe; one that has missed this many in a row is away. */
const PATIENCE = 3;

type Reason = ParticipantUnavailableException['contact'];

/**
 * Knows, without asking at that moment, whether a service can do its work. It is asked once a second in the background, and at
 * once when a connection to it ends; a refused connection counts immediately.
 */
export class ServiceWatch {
  private reason: Reason | undefined = 'refused';
  private missed = 0;
  private timer: NodeJS.Timeout | undefined;
  private probing: Promise<void> | undefined;
  private stopped = false;

  constructor(private readonly api: ServiceApi) {}

  /** Resolves after the first probe, so that nobody is turned away for want of one. */
  async start(): Promise<void> {
    this.api.onContact((contact) => {
      if (contact === 'refused') this.reason = contact;
      if (contact === 'disconnected' || contact === 'broken') void this.probe();
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

  /** @param consequence what the caller should know besides. @throws ParticipantUnavailableException when the service is away. */
  assertAvailable(consequence: string): void {
    if (this.reason !== undefined) throw new ParticipantUnavailableException(this.api.service, this.reason, { consequence });
  }

  private probe(): Promise<void> {
    this.probing ??= this.ask().finally(() => {
      this.probing = undefined;
      clearTimeout(this.timer);
      if (!this.stopped)
        this.timer = setTimeout(() => void this.probe(), this.available ? UP_INTERVAL_MS : DOWN_INTERVAL_MS).unref();
    });
    return this.probing;
  }

  private async ask(): Promise<void> {
    try {
      this.conclude((await this.api.ready(PROBE_TIMEOUT_MS)) ? undefined : 'failed');
    } catch (error) {
      const contact = error instanceof ParticipantUnavailableException ? error.contact : 'failed';
      this.missed += 1;
      if (contact === 'refused' || this.missed >= PATIENCE) this.reason = contact;
    }
  }

  private conclude(reason: Reason | undefined): void {
    this.missed = 0;
    this.reason = reason;
  }
}
