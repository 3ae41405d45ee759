import { isConnectionFailure } from '../../database/connection-failure.js';

/** Connection lost, lost a race, out of resources, an operator intervened, a standby that is not promoted yet, waited too long for a lock: PostgreSQL's classes and codes. */
const passing = /^(?:08|40|53|57|58)|^(?:25006|55P03|25P03|25P04)$/;

/** Whether a failure says nothing about what was tried: the database could not do it now, and may in a moment. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return (code.length === 5 && passing.test(code)) || isConnectionFailure(error);
}
