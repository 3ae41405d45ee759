import type { GrowingTable } from './growing-tables.js';

/** Bytes of a row with its indexes, as the tables with many rows have them; every other table has less than this. */
const bytesOf: Record<string, number> = {
  'events.log': 510,
  'hooks.delivery': 470,
  'projection.saga': 570,
  'saga.saga': 360,
  'order.orders': 350,
  'saga.ended_timeline': 300,
  'projection.customer_order': 290,
  'payment.payment': 280,
  'projection.inbox': 270,
};
const OTHERWISE_BYTES = 240;
/** The disk space for the write-ahead log, the system's own data and Temporal. */
const BESIDE_BYTES = 2e9;

const perEvent = new Set(['events.log', 'hooks.delivery', 'projection.inbox', 'projection.inbox_head']);
const perOrder = new Set(
  `order.orders order.command order.operation payment.payment customer.command saga.saga saga.ended_timeline projection.saga
   projection.customer_order`.split(/\s+/),
);

/** How many rows of each table there are after so many events and orders. One delivery in twenty is due, behind the open breaker. */
export function rowsAfter(sizes: { events: number; orders: number }): (table: GrowingTable) => number {
  return ({ table }) => (perEvent.has(table) ? sizes.events : perOrder.has(table) ? sizes.orders : 0);
}

/** How much disk the tables take, in bytes. */
export function bytesNeeded(tables: readonly GrowingTable[], rowsOf: (table: GrowingTable) => number): number {
  return tables.reduce((sum, table) => sum + rowsOf(table) * (bytesOf[table.table] ?? OTHERWISE_BYTES), BESIDE_BYTES);
}
