import type { WorkflowExecutionDescription } from '@temporalio/client';
import { createHash } from 'node:crypto';
import { uuidv7 } from 'uuidv7';
import { fingerprint } from '../../../libs/service-kit/fingerprint.js';
import type { RequestIdentity } from '../../../workflows/saga/saga.contract.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import type { CommandHeaders } from '../http/command-headers.decorator.js';
import type { Caller } from '../auth/auth-policy.js';

/** The headers that identify a request: its caller, and the idempotency key if it has one. */
export type RequestKey = Pick<CommandHeaders, 'caller' | 'idempotencyKey'>;

interface IdentifiedRequest extends RequestKey {
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

/** The memo of a run stores the request that started it. Without a key no retry has to be recognized. */
export const memoOf = (identity: RequestIdentity | undefined) =>
  identity === undefined ? {} : { memo: { idempotencyKey: identity.key, fingerprint: identity.fingerprint } };

/**
 * Whether the request is the one that started this run.
 * @throws ProblemException 422 `IDEMPOTENCY_KEY_REUSED` when the key is the run's and the content is not.
 */
export function isStartedBy(
  { workflowId, memo }: Pick<WorkflowExecutionDescription, 'workflowId' | 'memo'>,
  identity: RequestIdentity | undefined,
): boolean {
  if (identity === undefined || memo?.['idempotencyKey'] !== identity.key) return false;
  if (memo['fingerprint'] !== identity.fingerprint) throw keyReused(workflowId);
  return true;
}

/** 422 `IDEMPOTENCY_KEY_REUSED`. */
export const keyReused = (sagaId: string): ProblemException =>
  new ProblemException(
    422,
    'IDEMPOTENCY_KEY_REUSED',
    `The Idempotency-Key belongs to the saga ${sagaId}, which was started with other content. Send this request with a new key.`,
  );

/** The id of the order or trip that a request creates. A repeated idempotency key always gives the same id. */
export const businessIdOf = (route: string, { caller, idempotencyKey }: RequestKey): string =>
  idempotencyKey === undefined ? newBusinessId() : businessIdOfKey(route, caller, idempotencyKey);

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
