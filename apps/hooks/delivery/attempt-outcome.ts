/**
 * Why an attempt failed. `http`: it was answered, but not with a 2xx. `unverified`: it did not echo the challenge. `lease_lost`: whoever made
 * it is gone, and it is not known how it went. `expired`: the event is not in the log any more. `unfit`: its data cannot be had in the version that the hook is pinned to.
 * `internal`: nothing was sent, for a reason of ours, such as a secret that cannot be read.
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

/** How one attempt went: without an `error` it succeeded. */
export interface AttemptOutcome {
  startedAt: Date;
  durationMs: number;
  status?: number;
  error?: AttemptError;
  detail?: string;
  /** What the answer asks for by `Retry-After`, from the end of the attempt. */
  retryAfterMs?: number;
  requestHeaders: Record<string, string>;
  responseHeaders?: Record<string, string>;
  /** At most 16 KB of it. */
  responseBody?: string;
}
