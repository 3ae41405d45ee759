import type { PoolClient } from 'pg';
import { sql } from '../../../libs/database/sql.js';
import { publishOperationalEvent } from '../endpoints/operational-events.js';

export interface EndpointToDisable {
  hookId: string;
  url: string;
  failingSince: Date | null;
  lastError: string | null;
}

/**
 * Disables an endpoint and publishes that. Its waiting deliveries are cancelled. A recovery can queue their events again from the
 * log. The caller has locked the row of the endpoint.
 */
export async function disableEndpoint(
  tx: PoolClient,
  endpoint: EndpointToDisable,
  reason: 'failing' | 'gone',
  now: Date,
): Promise<void> {
  const { hookId, failingSince, lastError } = endpoint;
  await tx.query(
    sql`update endpoint set state = 'disabled', disabled_reason = ${reason}, version = version + 1, updated_at = ${now},
     breaker_failures = 0, breaker_opened = 0, breaker_until = null where hook_id = ${hookId}`,
  );
  await tx.query(
    sql`update delivery set state = 'cancelled', last_error = 'endpoint_disabled', finished_at = ${now}
     where hook_id = ${hookId} and state in ('pending', 'retrying', 'held') and trigger not in ('test', 'verify')`,
  );
  await publishOperationalEvent(
    tx,
    'hooks.endpoint.disabled.v1',
    endpoint,
    { reason, failingSince: failingSince?.toISOString() ?? null, lastError },
    now,
  );
}
