import type { PoolClient } from 'pg';
import { uuidv7 } from 'uuidv7';
import type { HooksEventData, HooksEventType } from '../../../contracts/hooks.events.js';

/**
 * Says something about an endpoint to the world, in the transaction that makes it true. The caller holds the endpoint's row.
 */
export async function tell<Type extends HooksEventType>(
  tx: PoolClient,
  event: Type,
  hook: { hookId: string; url: string },
  data: Omit<HooksEventData<Type>, 'hookId' | 'origin'>,
  now: Date,
): Promise<void> {
  const [, type, version] = /^(.+)\.v(\d+)$/.exec(event)!;
  const { rows } = await tx.query<{ version: number }>(
    'update endpoint set event_version = event_version + 1, trouble_told = $2 where hook_id = $1 returning event_version as version',
    [hook.hookId, event !== 'hooks.endpoint.recovered.v1'],
  );
  await tx.query(
    `insert into outbox (event_id, type, type_version, aggregate_type, aggregate_id, aggregate_version, subject, occurred_at, data)
     values ($1, $2, $3, 'hook', $4, $5, $4, $6, $7)`,
    [
      uuidv7(),
      type,
      Number(version),
      hook.hookId,
      rows[0]!.version,
      now,
      JSON.stringify({ hookId: hook.hookId, origin: new URL(hook.url).origin, ...data }),
    ],
  );
}
