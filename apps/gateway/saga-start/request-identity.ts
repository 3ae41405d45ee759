import { createHash } from 'node:crypto';
import { uuidv7 } from 'uuidv7';
import { fingerprint } from '../../../libs/service-kit/fingerprint.js';
import type { RequestIdentity } from '../../../workflows/saga/saga.contract.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import type { CommandHeaders } from '../http/command-headers.decorator.js';
import type { Caller } from '../auth/require-key.js';

interface IdentifiedRequest extends Pick<CommandHeaders, 'caller' | 'idempotencyKey'> {
  type: string;
  businessId: string;
  content: object;
}

/** Recognises a request by its idempotency key, which counts for one caller, one saga type and one order or trip. Undefined without one. */
export function requestIdentity({
  type,
  businessId,
  caller,
  idempotencyKey,
  content,
}: IdentifiedRequest): RequestIdentity | undefined {
  if (idempotencyKey === undefined) return undefined;
  return { key: fingerprint(type, businessId, caller, idempotencyKey), fingerprint: fingerprint(content) };
}

/** 422 `IDEMPOTENCY_KEY_REUSED`. */
export const keyReused = (sagaId: string): ProblemException =>
  new ProblemException(
    422,
    'IDEMPOTENCY_KEY_REUSED',
    `The Idempotency-Key belongs to the saga ${sagaId}, which was started with other content. Send this request with a new key.`,
  );

/** An id for something new: an order, a trip. */
export const newBusinessId = (): string => uuidv7();

/**
 * The one thing that a caller's `Idempotency-Key` stands for on a route that creates, as a UUID (version 8: our own derivation). As a
 * saga's id follows from it, repeating a key can never start a second saga, and no table of keys is needed.
 */
export function businessIdOfKey(route: string, caller: Caller, key: string): string {
  const bytes = createHash('sha256').update(`${route}\0${caller}\0${key}`).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
