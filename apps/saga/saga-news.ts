import type { SagaState } from '../../contracts/saga-state.js';
import type { SagaEventData, SagaEventType } from '../../contracts/saga.events.js';
import type { ObservedSaga } from './observed-saga.js';

/** What was last told of a saga. */
export interface KnownSaga {
  runId: string;
  runStartedAt: Date;
  state: SagaState;
  open: boolean;
}

export interface SagaNews {
  type: SagaEventType;
  occurredAt: Date;
  data: SagaEventData<SagaEventType>;
}

const changes: Partial<Record<SagaState, SagaEventType>> = {
  RUNNING: 'saga.resumed.v1',
  WAITING: 'saga.waiting.v1',
  COMPENSATING: 'saga.compensating.v1',
  NEEDS_ATTENTION: 'saga.needs-attention.v1',
};

/**
 * What is new about a saga, given what was told of it before: nothing, a change, or for one never seen its start and what has become of it
 * since. What is seen of a run older than the known one is no news.
 *
 * @param now when it was seen: the time of a change that has none of its own.
 */
export function newsOf(seen: ObservedSaga, known: KnownSaga | undefined, now: Date): SagaNews[] {
  const news: SagaNews[] = [];
  const tell = (type: SagaEventType, occurredAt: Date, state: SagaState) =>
    news.push({ type, occurredAt, data: dataOf({ ...seen, state }, type) });

  if (known && known.runId !== seen.runId && known.runStartedAt >= seen.startedAt) return [];
  // A run that has recorded its end and is about to close: its end is told when there is one.
  const settling = seen.endedAt === undefined && seen.settled;
  let state: SagaState = known?.state ?? 'RUNNING';
  if (!known) tell('saga.started.v1', seen.startedAt, state);
  else if (!known.open) {
    if (known.runId === seen.runId) return [];
    state = 'RUNNING';
    tell('saga.resumed.v1', seen.startedAt, state); // it was reset after its end
  }

  if (seen.endedAt !== undefined) tell(endOf(seen), seen.endedAt, seen.state);
  else if (!settling && seen.state !== state) tell(changes[seen.state]!, now, seen.state);
  return news;
}

const ends: ReadonlySet<SagaEventType> = new Set([
  'saga.completed.v1',
  'saga.compensated.v1',
  'saga.incomplete.v1',
  'saga.failed.v1',
  'saga.terminated.v1',
  'saga.timed-out.v1',
]);
const isEnd = (type: SagaEventType) => ends.has(type);

function endOf({ status, settled, state }: ObservedSaga): SagaEventType {
  if (settled)
    return state === 'COMPLETED' ? 'saga.completed.v1' : state === 'COMPENSATED' ? 'saga.compensated.v1' : 'saga.incomplete.v1';
  if (status === 'TIMED_OUT') return 'saga.timed-out.v1';
  return status === 'FAILED' ? 'saga.failed.v1' : 'saga.terminated.v1';
}

function dataOf(saga: ObservedSaga, type: SagaEventType): SagaEventData<SagaEventType> {
  const { sagaId, runId, businessId, customerId, state, startedAt, endedAt } = saga;
  return {
    sagaId,
    type: saga.type,
    businessId,
    customerId,
    state,
    startedAt: startedAt.toISOString(),
    runId,
    ...(endedAt !== undefined && isEnd(type) ? { endedAt: endedAt.toISOString() } : {}),
  };
}
