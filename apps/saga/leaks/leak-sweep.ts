import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { type Hold, holders, type HoldPage, type Owner } from '../../../contracts/participant/hold.resource.js';
import type { Participant } from '../../../contracts/participant/participants.js';
import { ParticipantUnavailableException } from '../../../libs/service-client/participant-unavailable.exception.js';
import type { Query, ServiceApi } from '../../../libs/service-client/service-api.js';
import { describeRun } from '../../../libs/temporal/describe-run.js';
import { bookTripIds } from '../../../workflows/book-trip/book-trip.contract.js';
import { createOrderIds } from '../../../workflows/create-order/create-order.contract.js';
import { payOrderIds } from '../../../workflows/pay-order/pay-order.contract.js';
import type { ParticipantHold, LeakRegister, OwnerId } from './leak.register.js';
import { ownershipOf } from './ownership.js';

/** How many changed holds of one participant, and how many ended sagas, one step reads. The next step continues there. */
const PAGE = 500;
const PAGES = 2;
const ENDED_SAGAS = 1_000;
const KNOWN_LEAKS = 500;
/** The largest number of ids in one request. */
const IDS = 100;
/** Recent changes may not be committed yet and would be missed. Longer than any transaction may take. */
const COMMITTED_AFTER_MS = 12_000;
/** If the last poll is older, the register does not show reliably which sagas have ended. */
const WATCH_LAG_MS = 30_000;

export interface LeakSweepOptions {
  client: Client;
  leaks: LeakRegister;
  participants: Record<Participant, ServiceApi>;
  /** When the watch last polled Temporal, in ms since the epoch. */
  lastPoll: () => number | undefined;
  log: Logger;
}

/**
 * Finds leaks: holds that their order or trip does not own, and that no running saga decides about. A hold is checked when it has
 * changed, and when a saga of its owner has ended. So the cost grows with the changes, not with the stored holds.
 */
export class LeakSweep {
  constructor(private readonly options: LeakSweepOptions) {}

  /** One step. @returns whether there is more to compare by now. */
  async sweep(): Promise<boolean> {
    const { leaks, lastPoll, log } = this.options;
    if (Date.now() - (lastPoll() ?? 0) > WATCH_LAG_MS) return false;
    const participants = new SweepParticipants(this.options.participants);
    const changed = await this.changed(participants);
    const ended = await leaks.ended(await leaks.position('sagas'), ENDED_SAGAS, COMMITTED_AFTER_MS);
    const owners = distinct([...changed.owners, ...ended.owners, ...(await leaks.oldest(KNOWN_LEAKS))]);
    let found = 0;
    for (let from = 0; from < owners.length; from += IDS) found += await this.check(owners.slice(from, from + IDS), participants);
    if (found > 0) log.warn({ found }, 'participants have holds without an owner: see GET /v1/leaks');
    if (participants.unavailable.size > 0) {
      // All other participants were compared. The same changes are compared again once every participant is available.
      log.warn(
        { unavailable: [...participants.unavailable] },
        'some participants are unavailable; the next leak sweep starts at the same position',
      );
      return false;
    }
    for (const [list, position] of changed.positions) await leaks.setPosition(list, position);
    if (ended.next !== undefined) await leaks.setPosition('sagas', ended.next);
    return changed.more || ended.owners.length === ENDED_SAGAS;
  }

  /** The owners of holds that have changed since the last sweep, and the new positions. */
  private async changed(
    participants: SweepParticipants,
  ): Promise<{ owners: OwnerId[]; positions: Map<string, string>; more: boolean }> {
    const { leaks } = this.options;
    const owners: OwnerId[] = [];
    const positions = new Map<string, string>();
    const until = new Date(Date.now() - COMMITTED_AFTER_MS).toISOString();
    let more = false;
    for (const name of new Set(Object.values(holders).flat())) {
      let after = await leaks.position(name);
      for (let page = 1; page <= PAGES; page++) {
        const answer = await participants.get<HoldPage>(name, '/holds', { after, until, limit: PAGE });
        if (!answer) break;
        const { items, next } = answer;
        owners.push(...items.map(({ owner, ownerId: id }) => ({ owner, id })));
        if (next === null || next === after) break;
        after = next;
        positions.set(name, next);
        more ||= page === PAGES;
      }
    }
    return { owners, positions, more };
  }

  /** Known leaks of unavailable participants stay. @returns the number of leaks. */
  private async check(owners: readonly OwnerId[], participants: SweepParticipants): Promise<number> {
    const { leaks } = this.options;
    const suspects = await this.unowned(owners, participants);
    // Read a second time after the check for sagas: a saga may have released them meanwhile.
    const confirmed =
      suspects.length === 0
        ? []
        : await this.unowned(distinct(suspects.map(({ owner, ownerId: id }) => ({ owner, id }))), participants);
    await leaks.replace(
      owners.filter(({ owner }) => !participants.unavailable.has(owner)),
      confirmed,
      [...participants.unavailable],
    );
    return confirmed.length;
  }

  /** The holds of these owners that are not owned and that no saga decides about. */
  private async unowned(
    owners: readonly OwnerId[],
    participants: SweepParticipants,
  ): Promise<(ParticipantHold & { sagaId: string })[]> {
    const holds = await this.holdsOf(owners, participants);
    if (holds.length === 0) return [];
    // The owners are read after the holds, because a participant creates a hold only after its owner waits for the saga.
    const states = await this.statesOf(owners, participants);
    const suspects = holds.filter(
      (hold) =>
        !participants.unavailable.has(hold.owner) &&
        ownershipOf(hold.participant, hold, states.get(`${hold.owner} ${hold.ownerId}`)) !== 'owned',
    );
    if (suspects.length === 0) return [];
    const sagas = await this.options.leaks.sagasOf([...new Set(suspects.map(({ ownerId }) => ownerId))]);
    const leaked: (ParticipantHold & { sagaId: string })[] = [];
    for (const hold of suspects) {
      const sagasOfOwner = sagas.filter(({ ownerId }) => ownerId === hold.ownerId);
      if (sagasOfOwner.some(({ decides }) => decides)) continue;
      const sagaId = states.get(`${hold.owner} ${hold.ownerId}`)?.operationId ?? sagaOf(hold);
      if (!(await this.isRunning(sagaId))) leaked.push({ ...hold, sagaId });
    }
    return leaked;
  }

  private async holdsOf(owners: readonly OwnerId[], participants: SweepParticipants): Promise<ParticipantHold[]> {
    const answers = (['order', 'trip'] as const).flatMap((ownerType) => {
      const of = owners.flatMap(({ owner, id }) => (owner === ownerType ? [id] : [])).join(',');
      return (of === '' ? [] : holders[ownerType]).map(async (participant) => {
        const answer = await participants.get<HoldPage>(participant, '/holds', { of });
        return (answer?.items ?? [])
          .filter(({ owner }) => owner === ownerType)
          .map((hold): ParticipantHold => ({ ...hold, participant }));
      });
    });
    return (await Promise.all(answers)).flat();
  }

  private async statesOf(owners: readonly OwnerId[], participants: SweepParticipants): Promise<Map<string, Owner>> {
    const states = new Map<string, Owner>();
    for (const ownerType of ['order', 'trip'] as const) {
      const ids = owners.filter(({ owner }) => owner === ownerType).map(({ id }) => id);
      if (ids.length === 0) continue;
      const answer = await participants.get<{ items: Owner[] }>(ownerType, '/owners', { of: ids.join(',') });
      for (const owner of answer?.items ?? []) states.set(`${ownerType} ${owner.id}`, owner);
    }
    return states;
  }

  /** The register is slightly behind. Temporal itself is not. */
  private async isRunning(sagaId: string): Promise<boolean> {
    return (await describeRun(this.options.client, sagaId))?.status.name === 'RUNNING';
  }
}

/** The saga that created a hold. The payment of an order has its own saga, whose number is in the id of the payment. */
function sagaOf({ kind, id, owner, ownerId }: Hold): string {
  const number = kind === 'payment' && owner === 'order' ? Number(id.slice(id.lastIndexOf('-') + 1)) : Number.NaN;
  if (Number.isInteger(number)) return payOrderIds.of(ownerId, number);
  return (owner === 'order' ? createOrderIds : bookTripIds).of(ownerId);
}

/** The participants during one sweep. A participant that does not answer counts as unavailable until the end of the sweep. */
class SweepParticipants {
  readonly unavailable = new Set<Participant>();

  constructor(private readonly apis: Record<Participant, ServiceApi>) {}

  /** @returns undefined while the participant is unavailable. */
  async get<Answer>(participant: Participant, path: string, query: Query): Promise<Answer | undefined> {
    if (this.unavailable.has(participant)) return undefined;
    try {
      return await this.apis[participant].get<Answer>(path, query);
    } catch (error) {
      if (!(error instanceof ParticipantUnavailableException)) throw error;
      this.unavailable.add(participant);
      return undefined;
    }
  }
}

const distinct = (owners: readonly OwnerId[]): OwnerId[] => [
  ...new Map(owners.map((owner) => [`${owner.owner} ${owner.id}`, owner])).values(),
];
