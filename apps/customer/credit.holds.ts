import { Inject, Injectable } from '@nestjs/common';
import type { HoldPage, HoldQuery } from '../../contracts/participant/hold.resource.js';
import type { PrismaClient } from '../../generated/customer/client.js';
import { DATABASE } from '../../libs/participant/command.executor.js';
import { type HoldQueries, holdRange, type HoldRow, nextPosition } from '../../libs/participant/hold.controller.js';

interface Row extends HoldRow {
  released: boolean;
}

/** The credit that orders have reserved and that was not released. */
@Injectable()
export class CreditHolds implements HoldQueries {
  constructor(@Inject(DATABASE) private readonly database: PrismaClient) {}

  /** A page may hold fewer items than it has read: released reservations stay in the ledger. */
  async holds(query: HoldQuery): Promise<HoldPage> {
    const rows = await (query.of ? this.of(query.of) : this.reserved(query));
    const items = rows
      .filter(({ released }) => !released)
      .map(({ id, changedAt }) => ({
        kind: 'credit' as const,
        id,
        owner: 'order' as const,
        ownerId: id,
        state: 'RESERVED',
        heldSince: new Date(changedAt).toISOString(),
      }));
    return { items, next: nextPosition(rows, query) };
  }

  private reserved(query: HoldQuery): Promise<Row[]> {
    const { from, fromId, until } = holdRange(query);
    return this.database.$queryRaw<Row[]>`
      select order_id as id, to_char(occurred_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "changedAt",
             exists (select from ledger_entry l where l.order_id = r.order_id and l.kind = 'RELEASED') as released
      from ledger_entry r
      where kind = 'RESERVED' and (occurred_at, order_id) > (${from}::timestamptz, ${fromId}) and occurred_at < ${until}::timestamptz
      order by occurred_at, order_id limit ${query.limit}`;
  }

  private of(orderIds: string[]): Promise<Row[]> {
    return this.database.$queryRaw<Row[]>`
      select order_id as id, to_char(occurred_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "changedAt",
             exists (select from ledger_entry l where l.order_id = r.order_id and l.kind = 'RELEASED') as released
      from ledger_entry r
      where kind = 'RESERVED' and order_id = any(${orderIds}::text[])`;
  }
}
