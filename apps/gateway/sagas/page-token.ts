import { createHash } from 'node:crypto';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';

const CHECKSUM_BYTES = 8;

/** Temporal's page token as a cursor of the API, tied to the query that it continues. */
export function cursorOf(token: Uint8Array, query: string): string | null {
  return token.length === 0 ? null : Buffer.concat([checksumOf(token, query), token]).toString('base64url');
}

/**
 * The page token in a cursor.
 * @throws ProblemException 422 `INVALID_CURSOR` for a damaged cursor, or a cursor of another query.
 */
export function tokenOf(cursor: string, query: string): Uint8Array {
  const bytes = Buffer.from(cursor, 'base64url');
  const token = bytes.subarray(CHECKSUM_BYTES);
  if (token.length === 0 || !checksumOf(token, query).equals(bytes.subarray(0, CHECKSUM_BYTES))) throw invalidCursor();
  return token;
}

export function invalidCursor(cause?: unknown): ProblemException {
  return new ProblemException(
    422,
    'INVALID_CURSOR',
    'The cursor in "after" was not issued by this list for this filter. Start without it.',
    {},
    { cause },
  );
}

/** A checksum, not a signature: the token gives access to nothing that the list does not show. */
function checksumOf(token: Uint8Array, query: string): Buffer {
  return createHash('sha256').update(query).update('\0').update(token).digest().subarray(0, CHECKSUM_BYTES);
}
