import pg from 'pg';

/** Where a service's outbox is. */
export interface OutboxPlace {
  service: string;
  outbox: string;
  dead: string;
  /** Its database, where that is not the log's. */
  elsewhere?: pg.Pool;
}

/** The outbox in the schema that has the service's name. */
export function outboxPlace(service: string, elsewhere?: pg.Pool): OutboxPlace {
  const schema = pg.escapeIdentifier(service);
  return { service, outbox: `${schema}.outbox`, dead: `${schema}.outbox_dead`, ...(elsewhere && { elsewhere }) };
}
