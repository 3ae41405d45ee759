import { randomBytes } from 'node:crypto';
import type { PoolClient } from 'pg';
import { uuidv7 } from 'uuidv7';
import { sql } from '../../../libs/database/sql.js';
import { type DeliveryRow, deliveryColumns } from './delivery.row.js';

/** Queues an event that is not in the log: a test, or the challenge that the URL has to echo. */
export async function queueUnlogged(tx: PoolClient, hookId: string, trigger: 'test' | 'verify', now: Date): Promise<DeliveryRow> {
  const data =
    trigger === 'test'
      ? { hookId, message: 'A test of the delivery; nothing has happened.' }
      : { hookId, challenge: randomBytes(24).toString('base64url') };
  const type = trigger === 'test' ? 'hooks.endpoint.tested' : 'hooks.endpoint.verify';
  const { rows } = await tx.query<DeliveryRow>(
    sql`insert into delivery (hook_id, event_id, data, type, type_version, state, trigger, next_attempt_at, created_at)
     values (${hookId}, ${uuidv7()}, ${JSON.stringify(data)}, ${type}, 1, 'pending', ${trigger}, ${now}, ${now})
     returning ${deliveryColumns}`,
  );
  return rows[0]!;
}

/**
 * Queues a challenge that replaces earlier ones. An answer to an earlier challenge no longer counts, even if its request is in
 * flight. The caller has locked the row of the endpoint.
 */
export async function queueChallenge(tx: PoolClient, hookId: string, now: Date): Promise<DeliveryRow> {
  await tx.query(
    sql`update delivery set state = 'cancelled', lease_token = null, leased_until = null, last_error = 'challenge_replaced',
       finished_at = ${now}
     where hook_id = ${hookId} and trigger = 'verify' and state in ('pending', 'retrying', 'sending')`,
  );
  return queueUnlogged(tx, hookId, 'verify', now);
}

/**
 * Suspends an endpoint until its URL has echoed a challenge, and holds its waiting deliveries. The caller has locked the row of
 * the endpoint.
 * @param resume the state after the verification.
 */
export async function awaitVerification(tx: PoolClient, hookId: string, resume: 'enabled' | 'paused', now: Date): Promise<void> {
  await tx.query(sql`update endpoint set state = 'pending', resume_state = ${resume} where hook_id = ${hookId}`);
  await tx.query(
    sql`update delivery set state = 'held'
     where hook_id = ${hookId} and state in ('pending', 'retrying') and trigger not in ('test', 'verify')`,
  );
  await queueChallenge(tx, hookId, now);
}

/**
 * Ends the verification after the URL has echoed its challenge. The endpoint returns to its earlier state, or is enabled for the
 * first time with events from now on. The caller has locked the row of the endpoint.
 */
export async function completeVerification(tx: PoolClient, hookId: string, now: Date): Promise<void> {
  const { rows } = await tx.query<{ state: string }>(
    sql`update endpoint set proof = 'given', state = coalesce(resume_state, 'enabled'), resume_state = null,
       start_position = case when resume_state is null then (select coalesce(max(position), 0) from events.log)
         else start_position end
     where hook_id = ${hookId} and state = 'pending' returning state`,
  );
  if (rows[0]?.state === 'enabled')
    await tx.query(
      sql`update delivery set state = 'pending', next_attempt_at = ${now} where hook_id = ${hookId} and state = 'held'`,
    );
}
