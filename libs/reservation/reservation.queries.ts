import { Inject, Injectable } from '@nestjs/common';
import { join, type Sql, sqltag as sql } from '@prisma/client/runtime/client';
import type { Money } from '../../contracts/values/money.js';
import type { Page } from '../../contracts/values/page.js';
import type { Reservation } from '../../contracts/reservation/reservation.resource.js';
import type { ReservationState } from '../../contracts/reservation/reservation-state.js';
import { DATABASE } from '../participant/command.executor.js';
import type { Database, Transaction } from '../participant/transaction.js';
import { decodeCursor, encodeCursor } from '../service-kit/cursor.js';
import { addDays, today } from './calendar.js';
import { Reservations } from './reservations.js';

export interface ReservationFilter {
  state?: ReservationState | null | undefined;
  tripId?: string | null | undefined;
  limit: number;
  after?: string | undefined;
}

export interface InventoryFilter {
  date?: string | undefined;
  limit: number;
  after?: string | undefined;
}

/** The units of a resource on a day. The descriptive fields come from the service's own catalogue. */
export interface InventoryItem {
  capacity: number;
  free: number;
  price: Money;
}

interface ReservationRow {
  tripId: string;
  reservationId: string;
  position: number;
  state: ReservationState;
  price: Money;
  request: object;
  holdUntil: Date;
  createdAt: Date;
  updatedAt: Date;
}

/** Reads of a service that takes reservations. */
@Injectable()
export class ReservationQueries {
  constructor(
    @Inject(DATABASE) private readonly database: Database<Transaction>,
    private readonly reservations: Reservations,
  ) {}

  /** Reserved items, newest first. */
  async list({ state = null, tripId = null, limit, after }: ReservationFilter): Promise<Page<Reservation>> {
    const cursor = after === undefined ? undefined : decodeCursor(after, ['instant', 'string', 'number']);
    const conditions = [
      ...(state === null ? [] : [sql`state = ${state}`]),
      ...(tripId === null ? [] : [sql`trip_id = ${tripId}`]),
      ...(cursor ? [afterCursor(...cursor)] : []),
    ];
    const rows = await this.database.$queryRaw<ReservationRow[]>`
      select trip_id as "tripId", reservation_id as "reservationId", position, state,
             json_build_object('amount', price, 'currency', currency) as price, request, hold_until as "holdUntil",
             created_at as "createdAt", updated_at as "updatedAt"
      from reservation join reservation_item using (trip_id)
      where ${conditions.length > 0 ? join(conditions, ' and ') : sql`true`}
      order by created_at desc, trip_id desc, position desc limit ${limit + 1}`;
    const items = rows.slice(0, limit).map(({ tripId, reservationId, state, price, request, position: _position, ...times }) => ({
      participant: this.reservations.kind.participant,
      tripId,
      reservationId,
      state,
      price,
      ...request,
      holdUntil: times.holdUntil.toISOString(),
      createdAt: times.createdAt.toISOString(),
      updatedAt: times.updatedAt.toISOString(),
    }));
    const last = rows[limit - 1];
    return {
      items,
      next: rows.length > limit && last ? encodeCursor(last.createdAt.toISOString(), last.tripId, last.position) : null,
    };
  }

  /** Every resource, with its free units on a day: tomorrow by default. */
  async inventory({ date = addDays(today(), 1), limit, after }: InventoryFilter): Promise<Page<InventoryItem>> {
    const [beyond] = after === undefined ? [null] : decodeCursor(after, ['string']);
    const rows = await this.database.$queryRaw<(InventoryItem & { resource: string; particulars: object })[]>`
      select resource.resource_id as resource, particulars, coalesce(allotment.capacity, resource.capacity) as capacity,
             coalesce(allotment.capacity - taken, resource.capacity) as free, json_build_object('amount', price, 'currency', currency) as price
      from resource left join allotment on allotment.resource_id = resource.resource_id and day = ${date}::date
      where ${beyond}::text is null or resource.resource_id > ${beyond}
      order by resource.resource_id limit ${limit + 1}`;
    const items = rows
      .slice(0, limit)
      .map(({ particulars, capacity, free, price }) => ({ ...particulars, capacity, free, price }));
    return { items, next: rows.length > limit ? encodeCursor(rows[limit - 1]!.resource) : null };
  }
}

/** The condition for the items after an item. Its first part lets the index on reservations begin there. */
const afterCursor = (createdAt: string, tripId: string, position: number): Sql => sql`
  (created_at, trip_id) <= (${createdAt}::timestamptz, ${tripId})
  and ((created_at, trip_id) < (${createdAt}::timestamptz, ${tripId}) or position < ${position})`;
