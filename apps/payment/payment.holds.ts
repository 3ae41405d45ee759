import { Inject, Injectable } from '@nestjs/common';
import type { HoldPage, HoldQuery } from '../../contracts/participant/hold.resource.js';
import type { PrismaClient } from '../../generated/payment/client.js';
import { DATABASE } from '../../libs/participant/command.executor.js';
import { type HoldQueries, holdRange, type HoldRow, nextPosition } from '../../libs/participant/hold.controller.js';

interface Row extends HoldRow {
  tripId: string | null;
  orderId: string | null;
  state: string;
  heldSince: Date;
}

/** The payments that are AUTHORIZED or CAPTURED: the customer's money is set aside or was paid. */
@Injectable()
export class PaymentHolds implements HoldQueries {
  constructor(@Inject(DATABASE) private readonly database: PrismaClient) {}

  async holds(query: HoldQuery): Promise<HoldPage> {
    const rows = await (query.of ? this.of(query.of) : this.changed(query));
    const items = rows.map(({ id, tripId, orderId, state, heldSince }) => ({
      kind: 'payment' as const,
      id,
      ...(tripId === null ? { owner: 'order' as const, ownerId: orderId ?? '' } : { owner: 'trip' as const, ownerId: tripId }),
      state,
      heldSince: heldSince.toISOString(),
    }));
    return { items, next: nextPosition(rows, query) };
  }

  private changed(query: HoldQuery): Promise<Row[]> {
    const { from, fromId, until } = holdRange(query);
    return this.database.$queryRaw<Row[]>`
      select payment_id as id, to_char(updated_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "changedAt",
             trip_id as "tripId", order_id as "orderId", state, created_at as "heldSince"
      from payment
      where state in ('AUTHORIZED', 'CAPTURED') and (updated_at, payment_id) > (${from}::timestamptz, ${fromId})
        and updated_at < ${until}::timestamptz
      order by updated_at, payment_id limit ${query.limit}`;
  }

  private of(ownerIds: string[]): Promise<Row[]> {
    return this.database.$queryRaw<Row[]>`
      select payment_id as id, to_char(updated_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "changedAt",
             trip_id as "tripId", order_id as "orderId", state, created_at as "heldSince"
      from payment
      where (trip_id = any(${ownerIds}::text[]) or order_id = any(${ownerIds}::text[])) and state in ('AUTHORIZED', 'CAPTURED')`;
  }
}
