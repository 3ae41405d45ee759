import type { Money } from '../../contracts/values/money.js';
import type { TripState } from '../../contracts/trip/trip-state.js';
import type { Trip, TripFailure, TripParts } from '../../contracts/trip/trip.resource.js';
import { Prisma, type Trip as TripRow } from '../../generated/trip/client.js';
import { ConcurrencyConflictError } from '../../libs/participant/concurrency-conflict.error.js';
import { isUniqueViolation } from '../../libs/database/database-failure.js';
import { type TripTransition, tripTransitions } from './trip-transitions.js';

export type TripTransaction = Prisma.TransactionClient;

export interface NewTrip {
  tripId: string;
  customerId: string | null;
  state: TripState;
  parts: TripParts;
  failure?: TripFailure;
  operationId: string;
}

/** A trip that is no tombstone, so its customer is known. */
export type KnownTrip = TripRow & { customerId: string };

/** Why a cancellation was withdrawn. */
type LastCancellation = NonNullable<Trip['lastCancellation']>;

/** A change of a trip, besides its state. `null` clears a field. */
export interface TripChange {
  parts?: TripParts;
  total?: Money;
  failure?: TripFailure;
  refund?: Money;
  /** The operation that the trip is locked by. */
  lockedBy?: string | null;
  lastCancellation?: LastCancellation | null;
  approvalRemindedAt?: Date;
  /** Whether the change counts one more operation. */
  countCommand?: boolean;
}

/** The trip, tombstones included, or null. Commands on one trip wait here for each other until the transaction ends. */
export async function lockTrip(tx: TripTransaction, tripId: string): Promise<TripRow | null> {
  // A separate statement, so that the next statement sees the changes that were committed during the wait.
  await tx.$executeRaw`select from trip where trip_id = ${tripId} for update`;
  return tx.trip.findUnique({ where: { tripId } });
}

/** @throws ConcurrencyConflictError when the same trip was inserted meanwhile, also as a tombstone. */
export async function insertTrip(tx: TripTransaction, { failure, ...trip }: NewTrip): Promise<TripRow> {
  const data = { ...trip, parts: trip.parts, ...(failure ? { failure } : {}), total: 0, currency: 'EUR', version: 1 };
  return tx.trip.create({ data }).catch((error: unknown) => {
    throw isUniqueViolation(error) ? new ConcurrencyConflictError(`trip ${trip.tripId} was inserted meanwhile`) : error;
  });
}

/**
 * Applies a transition to a locked trip, whose state must allow it.
 * @throws Error when the state does not allow it. Callers check the state first.
 */
export async function transitTrip(
  tx: TripTransaction,
  tripId: string,
  transition: TripTransition,
  change: TripChange = {},
): Promise<TripRow> {
  const { from, to } = tripTransitions[transition];
  const [moved] = await tx.trip.updateManyAndReturn({
    where: { tripId, state: { in: [...from] } },
    data: { state: to, version: { increment: 1 }, ...columnsOf(change) },
  });
  if (!moved) throw new Error(`trip ${tripId} is in no state to ${transition}`);
  return moved;
}

/** Changes a locked trip, which keeps its state. `versioned`: the change is a fact and gets an event. */
export function changeTrip(tx: TripTransaction, tripId: string, change: TripChange, versioned = false): Promise<TripRow> {
  return tx.trip.update({
    where: { tripId },
    data: { ...columnsOf(change), ...(versioned ? { version: { increment: 1 } } : {}) },
  });
}

/** False for a tombstone, which has only an id. */
export const isKnown = (row: TripRow): row is KnownTrip => row.customerId !== null;

export const totalOf = ({ total, currency }: TripRow): Money => ({ amount: Number(total), currency });

export const partsOf = ({ parts }: TripRow): TripParts => parts as TripParts;

/** The trip as readers see it. */
export function toResource(row: KnownTrip): Trip {
  return {
    tripId: row.tripId,
    customerId: row.customerId,
    state: row.state as TripState,
    total: totalOf(row),
    ...partsOf(row),
    ...(row.failure === null ? {} : { failure: row.failure as TripFailure }),
    ...(row.refund === null ? {} : { refund: { amount: Number(row.refund), currency: row.currency } }),
    ...(row.lockedBy === null ? {} : { pending: { command: 'cancel', sagaId: row.lockedBy } }),
    ...(row.lastCancellation === null ? {} : { lastCancellation: row.lastCancellation as LastCancellation }),
    commandCount: row.commandCount,
    sagaId: row.operationId,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

function columnsOf(change: TripChange): Prisma.TripUpdateManyMutationInput {
  const { parts, total, failure, refund, approvalRemindedAt, lockedBy, lastCancellation, countCommand } = change;
  return {
    ...(parts && { parts }),
    ...(total && { total: total.amount, currency: total.currency }),
    ...(failure && { failure }),
    ...(refund && { refund: refund.amount }),
    ...(lockedBy !== undefined && { lockedBy }),
    ...(lastCancellation !== undefined && { lastCancellation: lastCancellation ?? Prisma.DbNull }),
    ...(approvalRemindedAt && { approvalRemindedAt }),
    ...(countCommand && { commandCount: { increment: 1 } }),
  };
}
