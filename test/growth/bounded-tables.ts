/**
 * Tables that do not grow with what happens, each with the reason. A name without a schema is the table of every service. PostgreSQL may read
 * them sequentially, as they have few rows.
 */
export const boundedTables: Readonly<Record<string, string>> = {
  migration: 'a row for each migration',
  outbox: 'a queue: the relay moves its rows into the log',
  inbox_start: 'a row for each consumer, and retention removes those of old generations',
  inbox_mark: 'a row for each consumer, and retention removes those of old generations',
  channel_cursor: 'a row for each partition of a group',
  channel_member: 'a row for each process that follows the log, and its group removes it',
  'events.cursor': 'a row for each broker',
  'events.log_epoch': 'a row for each restore of the database',
  'events.log_floor': 'one row',
  'hooks.cursor': 'one row',
  'hooks.endpoint': 'a row for each hook, of which an API key may have HOOKS_PER_KEY',
  'hooks.endpoint_secret': 'a few rows for each hook',
  'order.product': 'what is for sale',
  resource: 'what can be reserved',
  allotment: 'a row for each resource and day',
  'projection.projection': 'a row for each read model',
  'saga.bridge_signal': 'a queue: its rows go when the workflow has the signal',
  'saga.leak': 'what participants hold by mistake: its rows go with the mistake',
  'saga.sweep_position': 'a row for each list that is swept',
  'saga.watermark': 'a row for each list of the visibility store',
};

/** Whether a table, given as `schema.table`, is one of them. */
export const isBounded = (table: string): boolean =>
  table in boundedTables || table.slice(table.indexOf('.') + 1) in boundedTables;
