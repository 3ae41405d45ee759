/**
 * Why an attempt failed. `http`: the status is not a 2xx. `unverified`: the body does not echo the challenge. `lease_lost`: the
 * worker is gone, so the outcome is unknown. `expired`: the event is no longer in the log. `unfit`: its data cannot be converted
 * to the version that the hook is pinned to. `internal`: nothing was sent because of a fault of this service, such as an
 * unreadable secret.
 */
export type AttemptError =
  | 'dns'
  | 'connect'
  | 'tls'
  | 'timeout'
  | 'blocked'
  | 'too_large'
  | 'reset'
  | 'http'
  | 'unverified'
  | 'lease_lost'
  | 'expired'
  | 'unfit'
  | 'internal';

/** The outcome of one attempt. Without an `error` it succeeded. */
export interface AttemptOutcome {
  startedAt: Date;
  durationMs: number;
  status?: number;
  error?: AttemptError;
  detail?: string;
  /** The delay that `Retry-After` asks for, from the end of the attempt. */
  retryAfterMs?: number;
  requestHeaders: Record<string, string>;
  responseHeaders?: Record<string, string>;
  /** The first 16 KB. */
  responseBody?: string;
}
