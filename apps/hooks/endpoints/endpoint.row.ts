import type { Hook } from '../../../contracts/hooks/hook.resource.js';
import { raw, type Sql } from '../../../libs/database/sql.js';

/** The row of an endpoint. */
export interface EndpointRow {
  hookId: string;
  url: string;
  description: string | null;
  state: Hook['state'];
  disabledReason: string | null;
  types: string[];
  versionPins: Record<string, number>;
  contentMode: Hook['contentMode'];
  ordered: boolean;
  maxInFlight: number;
  ratePerSecond: number | null;
  timeoutMs: number;
  arrivalAt: Date | null;
  breakerFailures: number;
  breakerOpened: number;
  breakerUntil: Date | null;
  throttledUntil: Date | null;
  failingSince: Date | null;
  failures: number;
  warnedPercent: number;
  failureNotified: boolean;
  exhaustedNotifiedAt: Date | null;
  lastError: string | null;
  lastSuccessAt: Date | null;
  /** Whether the URL has to echo a challenge: `needed` until it has. */
  proof: 'none' | 'needed' | 'given';
  /** Deliveries of events up to this position may have been removed. */
  trimmedPosition: number;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

/** The columns of an `EndpointRow`. @param table the name or alias of the table. */
export const endpointColumns = (table = 'endpoint'): Sql =>
  raw(
    [
      'hook_id as "hookId"',
      'url',
      'description',
      'state',
      'disabled_reason as "disabledReason"',
      'types',
      'version_pins as "versionPins"',
      'content_mode as "contentMode"',
      'ordered',
      'max_in_flight as "maxInFlight"',
      'rate_per_second as "ratePerSecond"',
      'timeout_ms as "timeoutMs"',
      'arrival_at as "arrivalAt"',
      'breaker_failures as "breakerFailures"',
      'breaker_opened as "breakerOpened"',
      'breaker_until as "breakerUntil"',
      'throttled_until as "throttledUntil"',
      'failing_since as "failingSince"',
      'failures',
      'warned_percent as "warnedPercent"',
      'failure_notified as "failureNotified"',
      'exhausted_notified_at as "exhaustedNotifiedAt"',
      'last_error as "lastError"',
      'last_success_at as "lastSuccessAt"',
      'proof',
      'trimmed_position::float8 as "trimmedPosition"',
      'version',
      'created_at as "createdAt"',
      'updated_at as "updatedAt"',
    ]
      .map((column) => `${table}.${column}`)
      .join(', '),
  );

const text = (time: Date | null): string | null => time?.toISOString() ?? null;
const textIfAfter = (time: Date | null, now: Date): string | null => (time !== null && time > now ? time.toISOString() : null);

export function toHook(row: EndpointRow, now: Date): Hook {
  const { hookId, url, description, types, state, disabledReason, contentMode, ordered, maxInFlight, ratePerSecond } = row;
  return {
    hookId,
    url,
    description,
    types,
    versions: row.versionPins,
    state,
    disabledReason,
    contentMode,
    ordered,
    maxInFlight,
    ratePerSecond,
    timeoutMs: row.timeoutMs,
    health: {
      lastSuccessAt: text(row.lastSuccessAt),
      failingSince: text(row.failingSince),
      failures: row.failures,
      lastError: row.lastError,
      breakerOpenUntil: textIfAfter(row.breakerUntil, now),
      throttledUntil: textIfAfter(row.throttledUntil, now),
    },
    version: row.version,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

/** Whether an id is a UUID. PostgreSQL answers with an error to any other text. */
export const isUuid = (id: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
