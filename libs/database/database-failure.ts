import { isConnectionFailure, isNetworkCode } from './connection-failure.js';
import { ProblemException } from '../service-kit/problem.exception.js';

/** Prisma's codes for "the database lost a race" (serialization failure, deadlock). */
const conflicts = new Set(['P2034']);
/** Prisma's codes for "the database cannot be used right now": unreachable, connection closed, no connection free in time. */
const outages = new Set(['P1000', 'P1001', 'P1002', 'P1008', 'P1011', 'P1017', 'P2024', 'P2028', 'P2037']);
/** PostgreSQL's codes for the same: it shuts down, has crashed, starts, has too many connections. */
const serverOutages = new Set(['57P01', '57P02', '57P03', '53300']);

export function isConflict(error: unknown): boolean {
  return conflicts.has(codeOf(error)) || originalCodeOf(error) === '40001' || originalCodeOf(error) === '40P01';
}

/** An unavailable database is a 503 that may be retried. Its details stay in the log. */
export function databaseProblem(error: unknown): ProblemException | undefined {
  const isOutage =
    outages.has(codeOf(error)) ||
    serverOutages.has(codeOf(error)) ||
    serverOutages.has(originalCodeOf(error)) ||
    isNetworkCode(originalCodeOf(error)) ||
    isConnectionFailure(error);
  if (!isOutage) return undefined;
  return new ProblemException(
    503,
    'DATABASE_UNAVAILABLE',
    'The database cannot be used right now. Try again later.',
    {},
    { cause: error, retryAfter: 1 },
  );
}

/** The SQL state of a unique violation, whatever statement caused it. */
export function isUniqueViolation(error: unknown): boolean {
  return codeOf(error) === 'P2002' || originalCodeOf(error) === '23505';
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

/** adapter-pg keeps PostgreSQL's own code in the cause of what Prisma throws. */
function originalCodeOf(error: unknown): string {
  const meta = (error as { meta?: { code?: unknown; driverAdapterError?: { cause?: { originalCode?: unknown } } } } | null)?.meta;
  const own = (error as { cause?: { originalCode?: unknown } } | null)?.cause?.originalCode;
  const code = meta?.driverAdapterError?.cause?.originalCode ?? meta?.code ?? own;
  return typeof code === 'string' ? code : '';
}
