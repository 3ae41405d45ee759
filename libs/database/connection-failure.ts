/** What Node says when a server cannot be reached, or is gone in the middle. */
const networkCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);
/** What node-postgres says, without a code, when its pool has no connection in time or loses one. */
const poolFailure = /^(?:timeout exceeded when trying to connect|Connection terminated)/;

export const isNetworkCode = (code: string): boolean => networkCodes.has(code);

/** Whether it was the way to the database that failed, and not what was asked of it. */
export const isConnectionFailure = (error: unknown): boolean =>
  error instanceof Error &&
  (poolFailure.test(error.message) || ('code' in error && typeof error.code === 'string' && networkCodes.has(error.code)));
