import type { z } from 'zod';
import { ProblemException } from './problem.exception.js';

/** The header's value if it fits its schema; otherwise a 400 that names the header. */
export function parseHeader<Value>(name: string, schema: z.ZodType<Value>, value: unknown): Value {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ProblemException(400, 'INVALID_HEADER', `${name} ${parsed.error.issues[0]?.message ?? 'is not valid'}.`);
}
