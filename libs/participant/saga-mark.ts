import type { Transaction } from './transaction.js';

/**
 * What a saga's command on an aggregate has come to. A command that takes several steps of a saga (begin, then undo or confirm) locks the
 * aggregate for that saga meanwhile; its mark says whether a step that arrives late, or again, still counts.
 */
export type SagaMark = 'BEGUN' | 'COMMITTED' | 'CONFIRMED' | 'UNDONE' | 'REFUSED';

/** One command of one saga on one aggregate. */
export interface SagaCommand {
  aggregateId: string;
  command: string;
  sagaId: string;
}

/** The mark, or undefined if nothing of this command has ever arrived. Call it after the aggregate's row is locked. */
export async function findMark(tx: Transaction, { aggregateId, command, sagaId }: SagaCommand): Promise<SagaMark | undefined> {
  const [found] = await tx.$queryRaw<{ mark: SagaMark }[]>`
    select mark from saga_mark where aggregate_id = ${aggregateId} and command = ${command} and saga_id = ${sagaId}`;
  return found?.mark;
}

/** Keeps the mark for ever: a saga runs each of its commands once. */
export async function setMark(tx: Transaction, { aggregateId, command, sagaId }: SagaCommand, mark: SagaMark): Promise<void> {
  await tx.$executeRaw`
    insert into saga_mark (aggregate_id, command, saga_id, mark) values (${aggregateId}, ${command}, ${sagaId}, ${mark})
    on conflict (aggregate_id, command, saga_id) do update set mark = excluded.mark`;
}
