import { uuidv7 } from 'uuidv7';
import type {
  HoldAnswer,
  HoldTerm,
  ReservationCommand,
  ReservationStateAnswer,
} from '../../contracts/reservation/reservation.commands.js';
import type { Money } from '../../contracts/values/money.js';
import type { CommandContext } from '../participant/command-context.js';
import { ConcurrencyConflictError } from '../participant/concurrency-conflict.error.js';
import type { Expirable } from '../participant/expiry.service.js';
import { appendEvent } from '../participant/outbox.js';
import { Refusal } from '../participant/refusal.js';
import type { Transaction } from '../participant/transaction.js';
import { fingerprint } from '../service-kit/fingerprint.js';
import { returnUnits, lockUnits, availabilityOf, takeUnits } from './allotment.repository.js';
import { addDays, daysOf, today } from './calendar.js';
import { type Claim, claimsOf } from './claim.js';
import { type ReservedItem, totalOf, toItem, type RequestedItem } from './reservation-item.js';
import type { ReservationKind } from './reservation-kind.js';
import { MAX_HOLD_DAYS, MAX_HOLD_MS } from '../../contracts/participant/hold-limits.js';
import {
  insertReservation,
  insertTombstone,
  lockOverdueHold,
  lockReservation,
  overdueTrips,
  overdueTripsHolding,
  type Reservation,
  transitReservation,
} from './reservation.repository.js';
import { type ReservationTransition, takesUnits } from './reservation-transitions.js';

/** How far ahead can be reserved, in days. */
const HORIZON_DAYS = 730;

export interface ReservationRequest<Request extends object> extends HoldTerm {
  tripId: string;
  items: (RequestedItem & { request: Request })[];
}

/**
 * The reservations of one service: what its commands do inside the transaction of the command. A trip reserves once; units are taken as
 * long as its reservation is HELD or CONFIRMED, and each change of state writes its event.
 */
export class Reservations implements Expirable {
  readonly noun = 'hold';

  constructor(readonly kind: ReservationKind) {}

  /** Holds all items or none. A repeat is answered the same while the hold lasts, and does not prolong it. */
  async reserve<Request extends object>(
    tx: Transaction,
    request: ReservationRequest<Request>,
    context: CommandContext,
  ): Promise<HoldAnswer<Request> | Refusal> {
    const { tripId, items } = request;
    const known = await lockReservation(tx, tripId);
    if (known) return this.answerRepeat(known, request);
    const refusal = this.refuseDays(items) ?? refuseHold(request);
    if (refusal) return refusal;
    const rates = await this.acquire(tx, items, context);
    if (rates instanceof Refusal) return rates;

    const held = await insertReservation(tx, {
      tripId,
      state: 'HELD',
      holdUntil: new Date(Date.now() + request.holdForMs),
      items: items.map((item) => reservedAt(rates, item)),
    });
    await this.publish(tx, held, context);
    return holdAnswerOf(held);
  }

  /** Confirms an expired hold too, if its units are still available. */
  async confirm(
    tx: Transaction,
    { tripId }: ReservationCommand,
    context: CommandContext,
  ): Promise<ReservationStateAnswer | Refusal> {
    const reservation = await lockReservation(tx, tripId);
    if (!reservation) return new Refusal('RESERVATION_NOT_FOUND', `Trip ${tripId} has reserved nothing that could be confirmed.`);
    if (reservation.state === 'CONFIRMED') return { tripId, state: 'CONFIRMED' };
    if (reservation.state === 'CANCELLED') return alreadyCancelled(tripId);
    if (!takesUnits(reservation.state)) {
      const rates = await this.acquire(tx, reservation.items, context);
      if (rates instanceof Refusal)
        return new Refusal(
          'RESERVATION_EXPIRED',
          `The hold of trip ${tripId} has expired, and its place is taken: ${rates.detail}`,
        );
    }
    return this.transit(tx, reservation, 'confirm', context);
  }

  /** Never refused. A trip without a reservation gets a tombstone. A tombstone has no event. */
  async cancel(tx: Transaction, { tripId }: ReservationCommand, context: CommandContext): Promise<ReservationStateAnswer> {
    const reservation = await lockReservation(tx, tripId);
    if (!reservation) {
      await insertTombstone(tx, tripId);
      return { tripId, state: 'CANCELLED' };
    }
    if (reservation.state === 'CANCELLED') return { tripId, state: 'CANCELLED' };
    if (takesUnits(reservation.state)) await returnUnits(tx, claimsOf(reservation.items));
    return this.transit(tx, reservation, 'cancel', context);
  }

  overdue(reader: Transaction, limit: number): Promise<string[]> {
    return overdueTrips(reader, limit);
  }

  /** Ends the trip's hold if it is overdue and no other transaction has locked it. @returns whether it did. */
  async expire(tx: Transaction, tripId: string, context: CommandContext): Promise<boolean> {
    const hold = await lockOverdueHold(tx, tripId);
    if (hold) await this.expireLocked(tx, hold, context);
    return hold !== null;
  }

  /** Takes the units of all items, and what they cost, or refuses. @throws ConcurrencyConflictError when another command was faster. */
  private async acquire(
    tx: Transaction,
    items: readonly RequestedItem[],
    context: CommandContext,
  ): Promise<Map<string, Money> | Refusal> {
    const claims = claimsOf(items);
    let { rates, short } = await availabilityOf(tx, claims);
    const unknown = items.find(({ resource }) => !rates.has(resource));
    if (unknown) return new Refusal(this.kind.refusals.unknown, `There is no ${unknown.resource}.`);
    let someLocked = false;
    if (short.length > 0) {
      someLocked = await this.expireOverdueHolds(tx, items, short, context);
      // Read again even if no hold was overdue: another transaction may have ended one between the two reads.
      ({ short } = await availabilityOf(tx, claims));
    }
    const [first] = short;
    if (first) {
      if (someLocked) throw new ConcurrencyConflictError('another transaction decides about an overdue hold on these units');
      const { resource, day, units, free, capacity } = first;
      return new Refusal(
        this.kind.refusals.full,
        `${resource} has ${free} of ${capacity} left on ${day}; ${units} cannot be reserved.`,
      );
    }
    if (!(await takeUnits(tx, claims))) throw new ConcurrencyConflictError('what was free was taken meanwhile');
    return rates;
  }

  /**
   * Expires overdue holds on the units that are short. @returns whether another transaction has locked such a hold, so that it is unknown
   * whether its units become free.
   */
  private async expireOverdueHolds(
    tx: Transaction,
    items: readonly RequestedItem[],
    short: readonly Claim[],
    context: CommandContext,
  ): Promise<boolean> {
    const holds: Reservation[] = [];
    const overdue = await overdueTripsHolding(tx, short);
    for (const tripId of overdue) {
      const hold = await lockOverdueHold(tx, tripId);
      if (hold) holds.push(hold);
    }
    const someLocked = holds.length < overdue.length;
    if (holds.length === 0) return someLocked;
    // Lock all days at once: locking one day after the other could deadlock.
    await lockUnits(tx, claimsOf([...items, ...holds.flatMap((hold) => hold.items)]));
    for (const hold of holds) await this.expireLocked(tx, hold, context);
    return someLocked;
  }

  private async expireLocked(tx: Transaction, hold: Reservation, context: CommandContext): Promise<void> {
    await returnUnits(tx, claimsOf(hold.items));
    await this.transit(tx, hold, 'expire', context);
  }

  private async transit(
    tx: Transaction,
    reservation: Reservation,
    transition: ReservationTransition,
    context: CommandContext,
  ): Promise<ReservationStateAnswer> {
    const moved = await transitReservation(tx, reservation, transition);
    await this.publish(tx, moved, context);
    return { tripId: moved.tripId, state: moved.state };
  }

  private async publish(tx: Transaction, reservation: Reservation, context: CommandContext): Promise<void> {
    const { tripId, state, version, updatedAt, holdUntil, items } = reservation;
    await appendEvent(
      tx,
      {
        type: `${this.kind.participant}.${this.kind.noun}-${state.toLowerCase()}`,
        typeVersion: 1,
        aggregateType: 'reservation',
        aggregateId: tripId,
        aggregateVersion: version,
        occurredAt: updatedAt,
        data: { tripId, price: totalOf(items), holdUntil: holdUntil?.toISOString() ?? null, items: items.map(toItem) },
      },
      context,
    );
  }

  private answerRepeat<Request extends object>(
    known: Reservation,
    { tripId, items }: ReservationRequest<Request>,
  ): HoldAnswer<Request> | Refusal {
    if (known.state === 'CANCELLED') return alreadyCancelled(tripId);
    if (known.state === 'EXPIRED')
      return new Refusal('RESERVATION_EXPIRED', `The hold of trip ${tripId} has expired; a trip reserves once.`);
    const same = fingerprint(known.items.map(({ request }) => request)) === fingerprint(items.map(({ request }) => request));
    if (known.state === 'HELD' && same) return holdAnswerOf(known);
    return new Refusal(
      'RESERVATION_CONFLICT',
      `Trip ${tripId} has ${same ? 'the same' : 'another'} reservation already, which is ${known.state}; a trip reserves once.`,
    );
  }

  private refuseDays(items: readonly Pick<RequestedItem, 'firstDay' | 'lastDay'>[]): Refusal | undefined {
    const earliest = today();
    const latest = addDays(earliest, HORIZON_DAYS);
    const wrong = items.find(({ firstDay, lastDay }) => firstDay < earliest || lastDay > latest);
    return (
      wrong &&
      new Refusal(
        this.kind.refusals.days,
        `${wrong.firstDay} to ${wrong.lastDay} cannot be reserved: the first day is ${earliest}, the last is ${latest}.`,
      )
    );
  }
}

function refuseHold({ holdForMs }: HoldTerm): Refusal | undefined {
  if (holdForMs <= MAX_HOLD_MS) return undefined;
  return new Refusal('HOLD_INVALID', `Nothing is held for ${holdForMs} ms: ${MAX_HOLD_DAYS} days are the longest.`);
}

const alreadyCancelled = (tripId: string): Refusal =>
  new Refusal(
    'RESERVATION_CANCELLED',
    `The reservation of trip ${tripId} was cancelled; nothing can be reserved or confirmed for it any more.`,
  );

function reservedAt(rates: ReadonlyMap<string, Money>, item: RequestedItem): ReservedItem {
  const { amount, currency } = rates.get(item.resource)!;
  const days = daysOf(item.firstDay, item.lastDay).length;
  return { ...item, reservationId: uuidv7(), price: { amount: amount * item.units * days, currency } };
}

function holdAnswerOf<Request extends object>({ tripId, items }: Reservation): HoldAnswer<Request> {
  return {
    tripId,
    state: 'HELD',
    price: totalOf(items)!,
    items: items.map(toItem) as HoldAnswer<Request>['items'],
  };
}
