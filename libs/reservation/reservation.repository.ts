import type { ReservationState } from '../../contracts/reservation/reservation-state.js';
import { ConcurrencyConflictError } from '../participant/concurrency-conflict.error.js';
import type { Transaction } from '../participant/transaction.js';
import type { Claim } from './claim.js';
import type { ReservedItem } from './reservation-item.js';
import { type ReservationTransition, reservationTransitions } from './reservation-transitions.js';

/** The reservation of a trip with this service. A tombstone has neither items nor an end of its hold. */
export interface Reservation {
  tripId: string;
  state: ReservationState;
  holdUntil: Date | null;
  version: number;
  updatedAt: Date;
  items: ReservedItem[];
}

type NewReservation = Omit<Reservation, 'version' | 'updatedAt'>;

/** The trip's reservation, locked until the transaction ends; null if there is none. */
export async function lockReservation(tx: Transaction, tripId: string): Promise<Reservation | null> {
  const [row] = await tx.$queryRaw<Omit<Reservation, 'items'>[]>`
    select trip_id as "tripId", state, hold_until as "holdUntil", version, updated_at as "updatedAt"
    from reservation where trip_id = ${tripId} for update`;
  return row ? { ...row, items: await itemsOf(tx, tripId) } : null;
}

/** The same, but null as well when the hold is not overdue, or when another transaction has locked it. */
export async function lockOverdueHold(tx: Transaction, tripId: string): Promise<Reservation | null> {
  const [row] = await tx.$queryRaw<Omit<Reservation, 'items'>[]>`
    select trip_id as "tripId", state, hold_until as "holdUntil", version, updated_at as "updatedAt"
    from reservation where trip_id = ${tripId} and state = 'HELD' and hold_until <= clock_timestamp() for update skip locked`;
  return row ? { ...row, items: await itemsOf(tx, tripId) } : null;
}

/** Trips with an overdue hold, the oldest first. */
export async function overdueTrips(tx: Transaction, limit: number): Promise<string[]> {
  const rows = await tx.$queryRaw<{ tripId: string }[]>`
    select trip_id as "tripId" from reservation
    where state = 'HELD' and hold_until <= clock_timestamp() order by hold_until limit ${limit}`;
  return rows.map(({ tripId }) => tripId);
}

/** The trips with an overdue hold on some of the claimed units. */
export async function overdueTripsHolding(tx: Transaction, claims: readonly Claim[]): Promise<string[]> {
  const rows = await tx.$queryRaw<{ tripId: string }[]>`
    select trip_id as "tripId" from reservation
    where state = 'HELD' and hold_until <= clock_timestamp() and exists (
      select from jsonb_to_recordset(${JSON.stringify(claims)}::jsonb) as claim (resource text, day date)
      join reservation_item item on resource_id = claim.resource and claim.day between first_day and last_day
      where item.trip_id = reservation.trip_id)
    order by hold_until limit 100`;
  return rows.map(({ tripId }) => tripId);
}

/** @throws ConcurrencyConflictError when the trip has got a reservation meanwhile, be it a tombstone. */
export async function insertReservation(tx: Transaction, reservation: NewReservation): Promise<Reservation> {
  const { tripId, state, holdUntil, items } = reservation;
  const [row] = await tx.$queryRaw<{ createdAt: Date }[]>`
    insert into reservation (trip_id, state, hold_until, version) values (${tripId}, ${state}, ${holdUntil}, 1)
    on conflict (trip_id) do nothing returning created_at as "createdAt"`;
  if (!row) throw new ConcurrencyConflictError(`trip ${tripId} got a reservation meanwhile`);
  const { createdAt } = row;
  if (items.length > 0) await insertItems(tx, tripId, items);
  return { ...reservation, version: 1, updatedAt: createdAt };
}

/** Stores a tombstone: the trip must not reserve any more. @throws ConcurrencyConflictError when the trip has got a reservation meanwhile. */
export async function insertTombstone(tx: Transaction, tripId: string): Promise<void> {
  const inserted = await tx.$executeRaw`
    insert into reservation (trip_id, state, version) values (${tripId}, 'CANCELLED', 0) on conflict (trip_id) do nothing`;
  if (inserted === 0) throw new ConcurrencyConflictError(`trip ${tripId} got a reservation meanwhile`);
}

/**
 * Takes the reservation through a transition. @returns it as it is then.
 * @throws ConcurrencyConflictError when it is not in a state that the transition starts from.
 */
export async function transitReservation(
  tx: Transaction,
  reservation: Reservation,
  transition: ReservationTransition,
): Promise<Reservation> {
  const { from, to } = reservationTransitions[transition];
  const [moved] = await tx.$queryRaw<Pick<Reservation, 'version' | 'updatedAt'>[]>`
    update reservation set state = ${to}, version = version + 1, updated_at = clock_timestamp()
    where trip_id = ${reservation.tripId} and state = any(${[...from]}::text[])
    returning version, updated_at as "updatedAt"`;
  if (!moved) throw new ConcurrencyConflictError(`the reservation of trip ${reservation.tripId} changed meanwhile`);
  return { ...reservation, state: to, ...moved };
}

async function itemsOf(tx: Transaction, tripId: string): Promise<ReservedItem[]> {
  return tx.$queryRaw`
    select reservation_id as "reservationId", resource_id as resource, first_day::text as "firstDay", last_day::text as "lastDay", units,
           request, json_build_object('amount', price, 'currency', currency) as price
    from reservation_item where trip_id = ${tripId} order by position`;
}

async function insertItems(tx: Transaction, tripId: string, items: readonly ReservedItem[]): Promise<void> {
  await tx.$executeRaw`
    insert into reservation_item (reservation_id, trip_id, position, resource_id, first_day, last_day, units, request, price, currency)
    select "reservationId", ${tripId}, position, resource, "firstDay", "lastDay", units, request, (price ->> 'amount')::bigint, price ->> 'currency'
    from rows from (
      json_to_recordset(${JSON.stringify(items)}::json)
      as ("reservationId" text, resource text, "firstDay" date, "lastDay" date, units int, request json, price json)
    ) with ordinality as item ("reservationId", resource, "firstDay", "lastDay", units, request, price, position)`;
}
