import { isConnectionFailure } from '../../database/connection-failure.js';

/**
 * PostgreSQL's classes and codes of transient errors: lost connection, serialization failure, out of resources, operator intervention, an
 * unpromoted standby, lock timeout.
 */
const passing = /^(?:08|40|53|57|58)|^(?:25006|55P03|25P03|25P04)$/;

/** Whether an error is transient: it does not depend on the statement, and a retry may succeed. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return (code.length === 5 && passing.test(code)) || isConnectionFailure(error);
}
