/** Why a request has no answer: nobody listens, the connection broke under it, or time ran out. */
export type Unanswered = 'refused' | 'broken' | 'timed-out';

/** How one contact with a service went. `failed`: it answered with a 5xx. `disconnected`: an idle connection ended. */
export type Contact = 'answered' | 'failed' | 'disconnected' | Unanswered;

const refused = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
const timedOut = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT']);

/** What an error of the HTTP client means. */
export function contactAfter(error: unknown): Unanswered {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  if (typeof code === 'string' && refused.has(code)) return 'refused';
  if (name === 'TimeoutError' || (typeof code === 'string' && timedOut.has(code))) return 'timed-out';
  return 'broken';
}
