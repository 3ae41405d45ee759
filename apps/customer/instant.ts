import { z } from 'zod';

const FIRST_YEAR = Date.parse('0001-01-01T00:00:00Z');
const LAST_YEAR = Date.parse('9999-12-31T23:59:59.999Z');

/**
 * An RFC 3339 instant with any offset, converted to UTC and microseconds, as in the ledger. Finer digits are cut off, because no entry can lie
 * between.
 */
export const Instant = z.iso
  .datetime({ offset: true, abort: true, error: 'must be an RFC 3339 instant such as 2026-11-21T08:00:00Z' })
  .refine((text) => Date.parse(text) >= FIRST_YEAR && Date.parse(text) <= LAST_YEAR, 'must lie in the years 1 to 9999')
  .transform((text) => {
    const micros = (/\.(\d+)/.exec(text)?.[1] ?? '').padEnd(6, '0').slice(3, 6);
    return new Date(text).toISOString().replace('Z', `${micros}Z`);
  });
