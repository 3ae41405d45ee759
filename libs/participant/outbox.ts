import { uuidv7 } from 'uuidv7';
import { type OutboxEvent, requireCatalogued } from '../messaging/outbox/outbox-event.js';
import type { CommandContext } from './command-context.js';
import type { Transaction } from './transaction.js';

/**
 * Writes an event in the transaction of its change. Call it after the aggregate's row is locked or versioned: the unique index over the
 * aggregate's version turns a missed lock into an error instead of a reordering.
 * @throws Error as `requireCatalogued` does, so that nothing is committed.
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
