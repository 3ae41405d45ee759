import { uuidv7 } from 'uuidv7';
import { eventCatalogue } from '../../contracts/event-catalogue.js';
import type { CommandContext } from './command-context.js';
import type { Transaction } from './transaction.js';

/** A fact about an aggregate, as the participant states it. */
export interface OutboxEvent {
  /** `<service>.<past tense>`, without the version. */
  type: string;
  typeVersion: number;
  aggregateType: string;
  aggregateId: string;
  /** 1, 2, 3 … of the aggregate, without a hole: the version that this fact made. */
  aggregateVersion: number;
  occurredAt: Date;
  data: unknown;
}

/**
 * Writes an event in the transaction that makes it true. Call it after the aggregate's row is locked or versioned: the unique
 * index over the aggregate's version turns a missed lock into an error instead of a reordering.
 * @throws Error, and with it nothing is committed, when the event is not what the catalogue says of its type and version: what is once in the
 *   log is there for ever, for everybody.
 */
export async function appendEvent(tx: Transaction, event: OutboxEvent, context: CommandContext): Promise<void> {
  const { type, typeVersion, aggregateType, aggregateId, aggregateVersion, occurredAt } = event;
  requireCatalogued(event);
  await tx.$executeRaw`
    insert into outbox (event_id, type, type_version, aggregate_type, aggregate_id, aggregate_version, subject, occurred_at,
                        correlation_id, causation_id, traceparent, data)
    values (${uuidv7()}::uuid, ${type}, ${typeVersion}, ${aggregateType}, ${aggregateId}, ${aggregateVersion}, ${aggregateId},
            ${occurredAt}, ${context.correlationId}, ${context.key}, ${context.traceparent}, ${JSON.stringify(event.data)})`;
}

function requireCatalogued({ type, typeVersion, aggregateId, data }: OutboxEvent): void {
  const entry = eventCatalogue.get(type)?.versions[typeVersion - 1];
  if (!entry)
    throw new Error(`The catalogue of events has no ${type}.v${typeVersion}; the one of ${aggregateId} was not written.`);
  const { error } = entry.schema.safeParse(data);
  if (error) throw new Error(`The ${type}.v${typeVersion} of ${aggregateId} does not fit its schema.`, { cause: error });
}
