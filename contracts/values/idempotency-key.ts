import { z } from 'zod';

/** The value of `Idempotency-Key`: a repeated command repeats its key. */
export const IdempotencyKey = z
  .string({ error: 'is required' })
  .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters');
