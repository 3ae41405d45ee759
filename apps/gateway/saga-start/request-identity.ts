import { createHash } from 'node:crypto';
import { uuidv7 } from 'uuidv7';
import { fingerprint } from '../../../libs/service-kit/fingerprint.js';
import type { RequestIdentity } from '../../../workflows/saga/saga.contract.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import type { CommandHeaders } from '../http/command-headers.decorator.js';
import type { Caller } from '../auth/auth-policy.js';

interface IdentifiedRequest extends Pick<CommandHeaders, 'caller' | 'idempotencyKey'> {
  type: string;
  businessId: string;
  content: object;
}

/**
 * The identity of a request with an idempotency key, which is valid for one caller, saga type and order or trip. Undefined
 * without a key.
 */
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

/** An id for a new order or trip. */
export const newBusinessId = (): string => uuidv7();

/**
 * The id of the resource that a caller creates with an `Idempotency-Key`, as a UUID (version 8, custom). The saga id follows from
 * it, so a repeated key never starts a second saga, and no table of keys is needed.
 */
export function businessIdOfKey(route: string, caller: Caller, key: string): string {
  const bytes = createHash('sha256').update(`${route}\0${caller}\0${key}`).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
