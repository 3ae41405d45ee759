import { z } from 'zod';
import { PlainText } from '../../contracts/values/plain-text.js';
import { ProblemException } from './problem.exception.js';

interface PartTypes {
  string: string;
  number: number;
  /** An RFC 3339 instant in UTC, as `Date.toISOString` writes it. */
  instant: string;
  uuid: string;
}

/** PostgreSQL has no year 0: it would answer with an error. */
const Instant = z.iso.datetime().refine((instant) => !instant.startsWith('0000'));

const parts: Record<keyof PartTypes, z.ZodType> = {
  string: PlainText.max(256),
  number: z.int(),
  instant: Instant,
  uuid: z.guid(),
};

/** The kind of a part of a cursor: a value of a type, or one of some words. */
type Part = keyof PartTypes | readonly string[];
type PartOf<Kind> = Kind extends keyof PartTypes ? PartTypes[Kind] : Kind extends readonly (infer Word)[] ? Word : never;

/** An opaque cursor over the sort keys of the last item that a page showed. */
export function encodeCursor(...keys: (string | number)[]): string {
  return Buffer.from(JSON.stringify(keys)).toString('base64url');
}

/**
 * The sort keys in a cursor that `encodeCursor` made.
 * @throws ProblemException 422 `INVALID_CURSOR` for anything else, so that a made-up cursor never reaches the database.
 */
export function decodeCursor<const Types extends readonly Part[]>(
  cursor: string,
  types: Types,
): { -readonly [I in keyof Types]: PartOf<Types[I]> } {
  const schema = z.tuple(types.map((type) => (typeof type === 'string' ? parts[type] : z.enum(type))) as [z.ZodType]);
  const parsed = schema.safeParse(jsonOf(cursor));
  if (!parsed.success) throw invalidCursor();
  return parsed.data as never;
}

/** 422 `INVALID_CURSOR`. */
export const invalidCursor = (cause?: unknown): ProblemException =>
  new ProblemException(
    422,
    'INVALID_CURSOR',
    'The cursor in "after" was not issued by this list for this filter. Start without it.',
    {},
    { cause },
  );

function jsonOf(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
