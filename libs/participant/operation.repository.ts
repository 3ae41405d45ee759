import type { OperationRecord, operationStates, RequestMemory } from '../../contracts/participant/operation.resource.js';
import { ConcurrencyConflictError } from './concurrency-conflict.error.js';
import type { TrimmableTable } from './retention.js';
import type { Transaction } from './transaction.js';

/**
 * The progress of an operation on an aggregate. An operation of several steps (begin, then withdraw or confirm) locks the aggregate. Its state
 * decides whether a late or repeated step still has an effect.
 */
export type OperationState = (typeof operationStates)[number];

/** One operation on one aggregate. */
export interface Operation {
  aggregateId: string;
  command: string;
  operationId: string;
}

/** The state of an operation; undefined if none of its steps has arrived. Call it after the aggregate's row is locked. */
export async function findOperationState(
  tx: Transaction,
  { aggregateId, command, operationId }: Operation,
): Promise<OperationState | undefined> {
  const [found] = await tx.$queryRaw<{ state: OperationState }[]>`
    select mark as state from operation where aggregate_id = ${aggregateId} and command = ${command} and operation_id = ${operationId}`;
  return found?.state;
}

/**
 * Inserts an operation with its first state. The row stays for ever, so an operation runs once.
 * @param request identifies the caller's request, if the caller has sent an identity.
 * @throws ConcurrencyConflictError if another step of the operation was first, which is possible before the aggregate has a row to lock.
 */
export async function insertOperation(
  tx: Transaction,
  { aggregateId, command, operationId }: Operation,
  state: OperationState,
  request?: RequestMemory['request'],
): Promise<void> {
  const set = await tx.$executeRaw`
    insert into operation (aggregate_id, command, operation_id, mark, request_key, fingerprint)
    values (${aggregateId}, ${command}, ${operationId}, ${state}, ${request?.key ?? null}, ${request?.fingerprint ?? null})
    on conflict (aggregate_id, command, operation_id) do nothing`;
  if (set === 0) throw new ConcurrencyConflictError(`${operationId} on ${aggregateId} was recorded meanwhile`);
}

/** Changes the state of an operation. @throws ConcurrencyConflictError when it is not `before`. */
export async function changeOperationState(
  tx: Transaction,
  { aggregateId, command, operationId }: Operation,
  before: OperationState,
  state: OperationState,
): Promise<void> {
  const changed = await tx.$executeRaw`
    update operation set mark = ${state}
    where aggregate_id = ${aggregateId} and command = ${command} and operation_id = ${operationId} and mark = ${before}`;
  if (changed === 0) throw new ConcurrencyConflictError(`${operationId} on ${aggregateId} is not ${before} any more`);
}

/** Records the request that created the aggregate, if the caller has sent an identity. */
export async function recordCreation(
  tx: Transaction,
  aggregateId: string,
  operationId: string,
  state: OperationState,
  request: RequestMemory['request'],
): Promise<void> {
  if (request) await insertOperation(tx, { aggregateId, command: 'create', operationId }, state, request);
}

/** Records that the creation was compensated, if the creation is recorded. */
export async function recordUndoneCreation(tx: Transaction, aggregateId: string, operationId: string): Promise<void> {
  await tx.$executeRaw`
    update operation set mark = 'UNDONE' where aggregate_id = ${aggregateId} and command = 'create' and operation_id = ${operationId}`;
}

/** The operations on an aggregate that were begun for a request of a caller; at most 200. */
export function operationsOf(reader: Transaction, aggregateId: string, requestKey: string): Promise<OperationRecord[]> {
  return reader.$queryRaw`
    select operation_id as "operationId", command, request_key as "requestKey", fingerprint, mark as state
    from operation where aggregate_id = ${aggregateId} and request_key = ${requestKey}
    order by command, operation_id limit 200`;
}

/**
 * The final marks of operations without a request identity. A mark with an identity stays with its order or trip, so that a repeated
 * request always finds it. A mark that is not final may still be awaited.
 */
export const operationMarks: TrimmableTable = {
  table: 'operation',
  trim: (database, before, limit) => database.$executeRaw`
    delete from operation where ctid = any(array(
      select ctid from operation where request_key is null and mark in ('CONFIRMED', 'UNDONE', 'REFUSED') and marked_at < ${before}
      order by marked_at limit ${limit} for update skip locked))`,
};
