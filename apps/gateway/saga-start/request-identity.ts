import { fingerprint } from '../../../libs/service-kit/fingerprint.js';
import type { RequestIdentity } from '../../../workflows/saga/saga.contract.js';
import type { CommandHeaders } from './command-headers.decorator.js';

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
