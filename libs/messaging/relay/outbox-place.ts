import pg from 'pg';

/** The outbox of a service: its tables and, if it is external, its database. */
export interface OutboxPlace {
  service: string;
  outbox: string;
  dead: string;
  /** The outbox's database if it is not the log's. */
  externalPool?: pg.Pool;
}

/** The outbox in the schema with the service's name. */
export function outboxPlace(service: string, externalPool?: pg.Pool): OutboxPlace {
  const schema = pg.escapeIdentifier(service);
  return { service, outbox: `${schema}.outbox`, dead: `${schema}.outbox_dead`, ...(externalPool && { externalPool }) };
}
