import type { ClientBase } from 'pg';
import { uuidv7 } from 'uuidv7';
import { sql } from '../../database/sql.js';
import { type OutboxEvent, requireCatalogued } from './outbox-event.js';

/** The cause of an event; null if there is none. */
export interface Cause {
  correlationId: string | null;
  causationId: string | null;
  traceparent: string | null;
}

/**
 * Writes an event into the `outbox` of the client's schema, for services that use SQL. Call it in the transaction of the change, after the
 * aggregate is locked.
 * @throws Error as `requireCatalogued` does.
 */
export async function appendToOutbox(client: Pick<ClientBase, 'query'>, event: OutboxEvent, cause?: Cause): Promise<void> {
  const { type, typeVersion, aggregateType, aggregateId, aggregateVersion, occurredAt, data } = event;
  requireCatalogued(event);
  await client.query(
    sql`insert into outbox (event_id, type, type_version, aggregate_type, aggregate_id, aggregate_version, subject, occurred_at,
                         correlation_id, causation_id, traceparent, data)
     values (${uuidv7()}, ${type}, ${typeVersion}, ${aggregateType}, ${aggregateId}, ${aggregateVersion}, ${aggregateId},
       ${occurredAt}, ${cause?.correlationId}, ${cause?.causationId}, ${cause?.traceparent}, ${JSON.stringify(data)})`,
  );
}

/** Splits the name of an event in its contract. @param name `<service>.<past tense>.v<N>` */
export function parseEventName(name: string): Pick<OutboxEvent, 'type' | 'typeVersion'> {
  const [, type, version] = /^(.+)\.v(\d+)$/.exec(name) ?? [];
  if (!type) throw new Error(`The event name ${name} does not end in a version such as .v1.`);
  return { type, typeVersion: Number(version) };
}
