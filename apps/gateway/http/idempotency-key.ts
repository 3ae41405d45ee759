import type { IncomingMessage } from 'node:http';
import { IdempotencyKey } from '../../../contracts/values/idempotency-key.js';
import { parseHeader } from '../../../libs/service-kit/parse-header.js';

const OptionalIdempotencyKey = IdempotencyKey.optional();

/**
 * The `Idempotency-Key` of a command, if it has one. The draft of the header defines a structured string, `"abc"`. It is the same
 * key as the bare `abc`.
 * @throws ProblemException 400 `INVALID_HEADER` for an invalid key.
 */
export const idempotencyKeyOf = ({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined =>
  parseHeader('Idempotency-Key', OptionalIdempotencyKey, unquoted(headers['idempotency-key']));

/** The content of a structured string (RFC 9651); other values stay unchanged. */
function unquoted(value: string | string[] | undefined): string | string[] | undefined {
  if (typeof value !== 'string') return value;
  const [, content] = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/.exec(value) ?? [];
  return content === undefined ? value : content.replace(/\\(["\\])/g, '$1');
}
