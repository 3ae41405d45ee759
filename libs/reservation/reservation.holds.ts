import { Inject, Injectable } from '@nestjs/common';
import type { HoldPage, HoldQuery } from '../../contracts/participant/hold.resource.js';
import { DATABASE } from '../participant/command.executor.js';
import { type HoldQueries, holdRange, type HoldRow, nextPosition } from '../participant/hold.controller.js';
import type { Database, Transaction } from '../participant/transaction.js';

interface Row extends HoldRow {
  reservationIds: string[];
  state: string;
  heldSince: Date;
}

/** The reservations that are HELD or CONFIRMED, one hold for each reserved item. */
@Injectable()
export class ReservationHolds implements HoldQueries {
  constructor(@Inject(DATABASE) private readonly database: Database<Transaction>) {}

  async holds(query: HoldQuery): Promise<HoldPage> {
    const rows = await (query.of ? this.of(query.of) : this.changed(query));
    const items = rows.flatMap(({ id: tripId, state, heldSince, reservationIds }) =>
      reservationIds.map((id) => ({
        kind: 'reservation' as const,
        id,
        owner: 'trip' as const,
        ownerId: tripId,
        state,
        heldSince: heldSince.toISOString(),
      })),
    );
    return { items, next: nextPosition(rows, query) };
  }

  private changed(query: HoldQuery): Promise<Row[]> {
    const { from, fromId, until } = holdRange(query);
    return this.database.$queryRaw<Row[]>`
      select trip_id as id, to_char(updated_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "changedAt", state,
             created_at as "heldSince",
             array(select reservation_id from reservation_item i where i.trip_id = r.trip_id order by position) as "reservationIds"
      from reservation r
      where state in ('HELD', 'CONFIRMED') and (updated_at, trip_id) > (${from}::timestamptz, ${fromId})
        and updated_at < ${until}::timestamptz
      order by updated_at, trip_id limit ${query.limit}`;
  }

  private of(tripIds: string[]): Promise<Row[]> {
    return this.database.$queryRaw<Row[]>`
      select trip_id as id, to_char(updated_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "changedAt", state,
             created_at as "heldSince",
             array(select reservation_id from reservation_item i where i.trip_id = r.trip_id order by position) as "reservationIds"
      from reservation r
      where trip_id = any(${tripIds}::text[]) and state in ('HELD', 'CONFIRMED')`;
  }
}
