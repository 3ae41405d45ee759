import type { Logger } from 'pino';
import { Counter } from 'prom-client';
import type { Participant } from '../../../contracts/participant/participants.js';
import type { TrimCommand, Trimmed } from '../../../contracts/participant/retention.resource.js';
import { ParticipantUnavailableException } from '../../../libs/service-client/participant-unavailable.exception.js';
import type { ServiceApi } from '../../../libs/service-client/service-api.js';
import type { EndedSagaTrimmer } from './ended-saga-trimmer.js';
import type { Floor } from './floor.js';

/** How many batches one participant removes in one step, so that its backlog does not delay another participant. */
const BATCHES = 20;

export interface RetentionSweepOptions {
  floor: Pick<Floor, 'read'>;
  participants: Partial<Record<Participant, ServiceApi>>;
  sagas: EndedSagaTrimmer;
  sagaRetentionMs: number;
  log: Logger;
}

const removedRows = new Counter({
  name: 'retention_removed_rows_total',
  help: 'Idempotency keys, marks and tombstones that participants have removed',
  labelNames: ['participant', 'table'] as const,
});

/**
 * Notifies participants since when they have to keep commands, and trims the sagas themselves. Participants know no saga, so they remove
 * nothing by themselves: while this service is down, or does not know the floor, everything stays.
 */
export class RetentionSweep {
  /** The last floor that was known, in ms since the epoch. */
  lastFloor: number | undefined;

  constructor(private readonly options: RetentionSweepOptions) {}

  /** One step. @returns whether there is more to remove by now. */
  async sweep(now = Date.now()): Promise<boolean> {
    const { floor, participants, sagas, sagaRetentionMs, log } = this.options;
    const keepSince = await floor.read(now);
    if (!keepSince) {
      log.warn('the open sagas are unknown, so nothing is trimmed; the next sweep retries');
      return false;
    }
    this.lastFloor = keepSince.getTime();
    let more = false;
    for (const [name, api] of Object.entries(participants)) more = (await this.trim(name, api, keepSince)) || more;
    // Temporal lists a saga until the floor is past its end: without its row it would be published as a new one.
    return (await sagas.trim(new Date(Math.min(this.lastFloor, now - sagaRetentionMs)))) || more;
  }

  /** Whatever one participant answers, all participants and the sagas are trimmed. */
  private async trim(participant: string, api: ServiceApi, keepSince: Date): Promise<boolean> {
    const command: TrimCommand = { keepCommandsSince: keepSince.toISOString() };
    try {
      for (let batch = 0; batch < BATCHES; batch++) {
        const { removed, more } = await api.post<Trimmed>('/retention', command);
        for (const [table, count] of Object.entries(removed)) removedRows.inc({ participant, table }, count);
        if (!more) return false;
      }
      return true;
    } catch (error) {
      const { log } = this.options;
      if (error instanceof ParticipantUnavailableException)
        log.warn({ participant, err: error }, 'a participant is unavailable, so it trims nothing; the next sweep retries');
      else log.error({ participant, err: error }, 'a participant refuses to trim; the next sweep retries');
      return false;
    }
  }
}
