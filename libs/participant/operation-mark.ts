import type { OperationRecord, operationStates, RequestMemory } from '../../contracts/operation.resource.js';
import { ConcurrencyConflictError } from './concurrency-conflict.error.js';
import type { TrimmableTable } from './retention.js';
import type { Transaction } from './transaction.js';

/**
 * The progress of an operation on an aggregate. An operation of several steps (begin, then withdraw or confirm) locks the aggregate. Its mark
 * decides whether a step that arrives late, or again, still counts.
 */
export type OperationMark = (typeof operationStates)[number];

/** One operation on one aggregate. */
export interface Operation {
  aggregateId: string;
  command: string;
  operationId: string;
}

/** The mark, or undefined if no step of this operation has ever arrived. Call it after the aggregate's row is locked. */
export async function findMark(
  tx: Transaction,
  { aggregateId, command, operationId }: Operation,
): Promise<OperationMark | undefined> {
  const [found] = await tx.$queryRaw<{ mark: OperationMark }[]>`
    select mark from operation where aggregate_id = ${aggregateId} and command = ${command} and operation_id = ${operationId}`;
  return found?.mark;
}

/**
 * Gives an operation its first mark: an operation runs once.
 * @param request the caller's request that the operation is for, if the caller has named it.
 * @throws ConcurrencyConflictError when another step of the operation came first, as can happen before the aggregate has a row to lock.
 */
export async function setFirstMark(
  tx: Transaction,
  { aggregateId, command, operationId }: Operation,
  mark: OperationMark,
  request?: RequestMemory['request'],
): Promise<void> {
  const set = await tx.$executeRaw`
    insert into operation (aggregate_id, command, operation_id, mark, request_key, fingerprint)
    values (${aggregateId}, ${command}, ${operationId}, ${mark}, ${request?.key ?? null}, ${request?.fingerprint ?? null})
    on conflict (aggregate_id, command, operation_id) do nothing`;
  if (set === 0) throw new ConcurrencyConflictError(`${operationId} on ${aggregateId} got a mark meanwhile`);
}

/** Changes the mark of an operation. @throws ConcurrencyConflictError when it is not `before`. */
export async function changeMark(
  tx: Transaction,
  { aggregateId, command, operationId }: Operation,
  before: OperationMark,
  mark: OperationMark,
): Promise<void> {
  const changed = await tx.$executeRaw`
    update operation set mark = ${mark}
    where aggregate_id = ${aggregateId} and command = ${command} and operation_id = ${operationId} and mark = ${before}`;
  if (changed === 0) throw new ConcurrencyConflictError(`${operationId} on ${aggregateId} is not ${before} any more`);
}

/** Records which request of a caller has created the aggregate, if the caller has named it. */
export async function rememberCreation(
  tx: Transaction,
  aggregateId: string,
  operationId: string,
  mark: OperationMark,
  request: RequestMemory['request'],
): Promise<void> {
  if (request) await setFirstMark(tx, { aggregateId, command: 'create', operationId }, mark, request);
}

/** Records that the creation was undone, in the mark that the creation has. */
export async function creationUndone(tx: Transaction, aggregateId: string, operationId: string): Promise<void> {
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
 * The final marks of operations that no caller has named. One that a caller has named stays with its order or trip, so that a repeated
 * request finds it however late it comes; and one that is not final may still be waited for.
 */
export const operationMarks: TrimmableTable = {
  table: 'operation',
  trim: (database, before, limit) => database.$executeRaw`
    delete from operation where ctid = any(array(
      select ctid from operation where request_key is null and mark in ('CONFIRMED', 'UNDONE', 'REFUSED') and marked_at < ${before}
      order by marked_at limit ${limit} for update skip locked))`,
};
