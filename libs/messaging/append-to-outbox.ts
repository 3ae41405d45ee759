import type { ClientBase } from 'pg';
import { uuidv7 } from 'uuidv7';

/** A fact about an aggregate, as a service states it that speaks SQL itself. */
export interface OutgoingEvent {
  /** `<service>.<past tense>.v<N>` */
  type: string;
  aggregateType: string;
  aggregateId: string;
  /** 1, 2, 3 … of the aggregate, without a hole: the version that this fact made. */
  aggregateVersion: number;
  occurredAt: Date;
  correlationId?: string | null;
  causationId?: string | null;
  data: unknown;
}

/** Writes an event into the `outbox` of the schema that the client works in, in the transaction that makes it true and after its aggregate is locked. */
export async function appendToOutbox(client: Pick<ClientBase, 'query'>, event: OutgoingEvent): Promise<void> {
  const [, type, version] = /^(.+)\.v(\d+)$/.exec(event.type) ?? [];
  if (!type) throw new Error(`The event type ${event.type} does not end in a version such as .v1.`);
  const { aggregateType, aggregateId, aggregateVersion, occurredAt, correlationId = null, causationId = null, data } = event;
  await client.query(
    `insert into outbox (event_id, type, type_version, aggregate_type, aggregate_id, aggregate_version, subject, occurred_at,
                         correlation_id, causation_id, data)
     values ($1, $2, $3, $4, $5, $6, $5, $7, $8, $9, $10)`,
    [
      uuidv7(),
      type,
      Number(version),
      aggregateType,
      aggregateId,
      aggregateVersion,
      occurredAt,
      correlationId,
      causationId,
      JSON.stringify(data),
    ],
  );
}
