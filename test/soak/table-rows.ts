import { reservationParticipants } from '../../contracts/participant/participants.js';
import type pg from 'pg';
import { type TableSizes, tableSizes } from '../../bench/harness/table-sizes.js';
import { services } from '../../libs/database/services.js';
import { levelOf, type RowCount } from './level-off.js';

const of = (schemas: readonly string[], ...tables: string[]) =>
  schemas.flatMap((schema) => tables.map((table) => `${schema}.${table}`));

/** Tables that may grow with the orders and trips, and why. Every other table has to level off (docs/operations.md, What grows). */
export const growing = new Map<string, string>([
  ...of(['order'], 'orders', 'operation', 'product').map((name) => [name, 'business record'] as const),
  ...of(['trip'], 'trip', 'operation').map((name) => [name, 'business record'] as const),
  ...of(['customer'], 'customer', 'ledger_entry', 'ledger_snapshot').map((name) => [name, 'business record'] as const),
  ...of(['payment'], 'payment').map((name) => [name, 'business record'] as const),
  ...of(reservationParticipants, 'reservation', 'reservation_item', 'resource', 'allotment').map(
    (name) => [name, 'business record'] as const,
  ),
  ...of(['projection'], 'customer_order', 'known_customer', 'saga').map(
    (name) => [name, 'read model: a row per order or saga'] as const,
  ),
  ...of(['events'], 'log_head').map((name) => [name, 'one row per aggregate'] as const),
  ...of(['notification', 'projection', 'saga'], 'inbox_head').map((name) => [name, 'one row per aggregate'] as const),
  ...of(['saga'], 'saga_head').map((name) => [name, 'one small row per removed saga'] as const),
]);

/** Rows of business tables that are no business records: they have to level off, too. */
const temporary: Readonly<Record<string, string>> = {
  'payment.payment (tombstones)': 'select count(*) from payment.payment where version = 0',
  ...Object.fromEntries(
    reservationParticipants.map((name) => [
      `${name}.reservation (tombstones)`,
      `select count(*) from ${name}.reservation where version = 0`,
    ]),
  ),
  ...Object.fromEntries(
    ['order', 'trip'].map((name) => [
      `${name}.operation (without a request)`,
      `select count(*) from "${name}".operation where request_key is null and mark in ('CONFIRMED', 'UNDONE', 'REFUSED')`,
    ]),
  ),
};

/** A table that keeps a fixed number of rows has nothing to remove before it is full. */
const bounds: Readonly<Record<string, number>> = { 'notification.mailbox_message': 1_000 };
/** Inboxes are cleared once a minute. A third of the load that is shorter says nothing about them. */
const CLEARED_EVERY_MS = 60_000;
const isInbox = (table: string): boolean => table.endsWith('.inbox');

export interface TableVerdict {
  table: string;
  middle: number;
  last: number;
  bytes: number | undefined;
  /** Undefined where the load was too short to say it. */
  levelled: boolean | undefined;
}

/** Counts the rows of every table of the services, again and again, and says which tables have levelled off. */
export class TableRows {
  private readonly counts = new Map<string, RowCount[]>();
  private bytes: TableSizes = new Map();

  constructor(private readonly database: pg.Pool) {}

  async count(atMs: number): Promise<void> {
    this.bytes = await tableSizes(this.database);
    const tables = [...this.bytes.keys()].filter((name) => (services as readonly string[]).includes(name.split('.')[0]!));
    const queries = tables.map((name) => [name, `select count(*) from ${name.replace(/^(\w+)\./, '"$1".')}`]);
    const { rows } = await this.database.query<{ name: string; rows: string }>(
      [...queries, ...Object.entries(temporary)]
        .map(([name, query]) => `select '${name}' as name, (${query}) as rows`)
        .join(' union all '),
    );
    for (const { name, rows: number } of rows) {
      const counts = this.counts.get(name) ?? [];
      counts.push({ atMs, rows: Number(number) });
      this.counts.set(name, counts);
    }
  }

  /** Of each table that has to level off. Removed rows leave space, so bytes are shown and not judged. */
  verdicts(loadMs: number): TableVerdict[] {
    return [...this.counts]
      .filter(([table]) => !growing.has(table))
      .map(([table, counts]) => {
        const { levelled, ...rows } = levelOf(counts, loadMs, bounds[table]);
        const tooShort = isInbox(table) && loadMs / 3 < CLEARED_EVERY_MS;
        return { table, ...rows, bytes: this.bytes.get(table), levelled: tooShort ? undefined : levelled };
      });
  }
}
