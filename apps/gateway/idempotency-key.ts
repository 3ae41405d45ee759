import type { IncomingMessage } from 'node:http';
import { IdempotencyKey } from '../../contracts/idempotency-key.js';
import { parseHeader } from '../../libs/service-kit/parse-header.js';

const OptionalIdempotencyKey = IdempotencyKey.optional();

/** The `Idempotency-Key` of a command, if it has one. @throws ProblemException 400 `INVALID_HEADER` for one that cannot be a key. */
export const idempotencyKeyOf = ({ headers }: IncomingMessage): string | undefined =>
  parseHeader('Idempotency-Key', OptionalIdempotencyKey, headers['idempotency-key']);
