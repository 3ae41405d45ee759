/** Why a call got no answer: the connection was refused, the connection broke, or the call timed out. */
export type NoAnswer = 'refused' | 'broken' | 'timed-out';

/** How a call to a service ended. `failed`: the service answered with a 5xx. `disconnected`: an idle connection ended. */
export type CallOutcome = 'answered' | 'failed' | 'disconnected' | NoAnswer;

const refused = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
const timedOut = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT']);

/** Classifies an error of the HTTP client. */
export function classifyError(error: unknown): NoAnswer {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  if (typeof code === 'string' && refused.has(code)) return 'refused';
  if (name === 'TimeoutError' || (typeof code === 'string' && timedOut.has(code))) return 'timed-out';
  return 'broken';
}
