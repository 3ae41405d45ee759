import type { PoolClient } from 'pg';
import type { HooksEventData, HooksEventType } from '../../../contracts/hooks/hooks.events.js';
import { sql } from '../../../libs/database/sql.js';
import { appendToOutbox, parseEventName } from '../../../libs/messaging/outbox/append-to-outbox.js';

/** Publishes an event about an endpoint, in the transaction of the change. The caller has locked the row of the endpoint. */
export async function publishOperationalEvent<Type extends HooksEventType>(
  tx: PoolClient,
  event: Type,
  hook: { hookId: string; url: string },
  data: Omit<HooksEventData<Type>, 'hookId' | 'origin'>,
  now: Date,
): Promise<void> {
  const { rows } = await tx.query<{ version: number }>(
    sql`update endpoint set event_version = event_version + 1, failure_notified = ${event !== 'hooks.endpoint.recovered.v1'}
     where hook_id = ${hook.hookId} returning event_version as version`,
  );
  await appendToOutbox(tx, {
    ...parseEventName(event),
    aggregateType: 'hook',
    aggregateId: hook.hookId,
    aggregateVersion: rows[0]!.version,
    occurredAt: now,
    data: { hookId: hook.hookId, origin: new URL(hook.url).origin, ...data },
  });
}
