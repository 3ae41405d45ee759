import { Inject, Injectable } from '@nestjs/common';
import type { HoldPage, HoldQuery, Owner } from '../../contracts/participant/hold.resource.js';
import { itemsIn, tripPartTable } from '../../contracts/trip/trip-part.js';
import type { Trip } from '../../contracts/trip/trip.resource.js';
import type { PrismaClient } from '../../generated/trip/client.js';
import { DATABASE } from '../../libs/participant/command.executor.js';
import { type HoldQueries, holdRange, type HoldRow, nextPosition } from '../../libs/participant/hold.controller.js';
import { toResource } from './trip.repository.js';

/** The trips that wait for an operation of their own, and where trips are. */
@Injectable()
export class TripHolds implements HoldQueries {
  constructor(@Inject(DATABASE) private readonly database: PrismaClient) {}

  async holds(query: HoldQuery): Promise<HoldPage> {
    const rows = await (query.of ? this.of(query.of) : this.changed(query));
    const trips = new Map((await this.trips(rows.map(({ id }) => id))).map((trip) => [trip.tripId, trip]));
    const items = rows.flatMap(({ id }) => {
      const trip = trips.get(id);
      const operationId = trip && operationOf(trip);
      if (!trip || operationId === null || operationId === undefined) return []; // its state has changed since
      const { state, updatedAt: heldSince } = trip;
      return [{ kind: 'lock' as const, id, owner: 'trip' as const, ownerId: id, state, operationId, heldSince }];
    });
    return { items, next: nextPosition(rows, query) };
  }

  async owners(tripIds: string[]): Promise<Owner[]> {
    const trips = await this.trips(tripIds);
    return trips.map((trip) => ({ id: trip.tripId, state: trip.state, operationId: operationOf(trip), parts: partsOf(trip) }));
  }

  private changed(query: HoldQuery): Promise<HoldRow[]> {
    const { from, fromId, until } = holdRange(query);
    return this.database.$queryRaw<HoldRow[]>`
      select trip_id as id, to_char(updated_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "changedAt"
      from trip
      where state in ('PENDING', 'AWAITING_APPROVAL', 'CANCELLING')
        and (updated_at, trip_id) > (${from}::timestamptz, ${fromId}) and updated_at < ${until}::timestamptz
      order by updated_at, trip_id limit ${query.limit}`;
  }

  private of(tripIds: string[]): Promise<HoldRow[]> {
    return this.database.$queryRaw<HoldRow[]>`
      select trip_id as id, to_char(updated_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "changedAt"
      from trip
      where trip_id = any(${tripIds}::text[]) and state in ('PENDING', 'AWAITING_APPROVAL', 'CANCELLING')`;
  }

  private async trips(tripIds: string[]): Promise<Trip[]> {
    const rows = await this.database.trip.findMany({ where: { tripId: { in: tripIds }, customerId: { not: null } } });
    return rows.map((row) => toResource(row as Parameters<typeof toResource>[0]));
  }
}

const waiting: ReadonlySet<string> = new Set(['PENDING', 'AWAITING_APPROVAL']);

/** The operation that the trip waits for, or null. */
const operationOf = ({ state, pending, sagaId }: Trip): string | null => pending?.sagaId ?? (waiting.has(state) ? sagaId : null);

/** The participants whose reservations the trip has. */
function partsOf(trip: Trip): string[] {
  const owned = itemsIn(trip).filter(([, { state }]) => state !== undefined && state !== 'CANCELLED');
  return [...new Set(owned.map(([name]) => tripPartTable[name].participant))];
}
