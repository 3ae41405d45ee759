import type { Transaction } from './transaction.js';

/**
 * The progress of an operation on an aggregate. An operation of several steps (begin, then withdraw or confirm) locks the aggregate. Its mark
 * decides whether a step that arrives late, or again, still counts.
 */
export type OperationMark = 'BEGUN' | 'COMMITTED' | 'CONFIRMED' | 'UNDONE' | 'REFUSED';

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

/** Keeps the mark for ever: an operation runs once. */
export async function setMark(
  tx: Transaction,
  { aggregateId, command, operationId }: Operation,
  mark: OperationMark,
): Promise<void> {
  await tx.$executeRaw`
    insert into operation (aggregate_id, command, operation_id, mark) values (${aggregateId}, ${command}, ${operationId}, ${mark})
    on conflict (aggregate_id, command, operation_id) do update set mark = excluded.mark`;
}
