import type { SagaState } from '../../contracts/saga/saga-state.js';
import type { SagaEventData, SagaEventType } from '../../contracts/saga/saga.events.js';
import type { ObservedSaga } from './observed-saga.js';

/** The last published state of a saga. */
export interface KnownSaga {
  runId: string;
  runStartedAt: Date;
  state: SagaState;
  open: boolean;
}

/** A saga that Temporal cannot end any more. */
export type LostSaga = Pick<ObservedSaga, 'sagaId' | 'runId' | 'type' | 'businessId' | 'customerId' | 'startedAt'>;

/** One change of a saga, which is published as one event. */
export interface SagaChange {
  type: SagaEventType;
  occurredAt: Date;
  data: SagaEventData<SagaEventType>;
}

const eventOf: Partial<Record<SagaState, SagaEventType>> = {
  RUNNING: 'saga.resumed.v1',
  WAITING: 'saga.waiting.v1',
  COMPENSATING: 'saga.compensating.v1',
  NEEDS_ATTENTION: 'saga.needs-attention.v1',
};

/**
 * The changes of a saga since it was last published: none, one, or for a saga that was never published its start and its present
 * state. A run that is older than the known one changes nothing.
 *
 * @param now when the saga was observed. It is the time of a change without its own time.
 */
export function changesSince(known: KnownSaga | undefined, observed: ObservedSaga, now: Date): SagaChange[] {
  const changes: SagaChange[] = [];
  const add = (type: SagaEventType, occurredAt: Date, state: SagaState) =>
    changes.push({ type, occurredAt, data: dataOf({ ...observed, state }, type) });

  if (known && known.runId !== observed.runId && known.runStartedAt >= observed.startedAt) return [];
  // A run that has recorded its end and is about to close: the end is published once the run has closed.
  const closing = observed.endedAt === undefined && observed.endRecorded;
  let state: SagaState = known?.state ?? 'RUNNING';
  if (!known) add('saga.started.v1', observed.startedAt, state);
  else if (!known.open) {
    if (known.runId === observed.runId) return [];
    state = 'RUNNING';
    add('saga.resumed.v1', observed.startedAt, state); // it was reset or settled after its end
  }

  if (observed.endedAt !== undefined) add(endOf(observed), observed.endedAt, observed.state);
  else if (!closing && observed.state !== state) add(eventOf[observed.state]!, now, observed.state);
  return changes;
}

/**
 * The changes of a lost saga: a missing run counts as terminated, and the saga needs attention.
 *
 * @param now when the loss was found.
 */
export function changesOfLoss(known: Pick<KnownSaga, 'open'> | undefined, lost: LostSaga, now: Date): SagaChange[] {
  const saga = { ...lost, status: 'TERMINATED', endedAt: now } as const;
  const changes: SagaChange[] = [];
  const add = (type: SagaEventType, occurredAt: Date, state: SagaState) =>
    changes.push({ type, occurredAt, data: dataOf({ ...saga, state }, type) });
  if (!known) add('saga.started.v1', lost.startedAt, 'RUNNING');
  if (!known || known.open) add('saga.terminated.v1', now, 'INCOMPLETE');
  const data = { ...dataOf({ ...saga, state: 'NEEDS_ATTENTION' }, 'saga.needs-attention.v1'), lost: true };
  return [...changes, { type: 'saga.needs-attention.v1', occurredAt: now, data }];
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

function endOf({ status, endRecorded, state }: ObservedSaga): SagaEventType {
  if (endRecorded)
    return state === 'COMPLETED' ? 'saga.completed.v1' : state === 'COMPENSATED' ? 'saga.compensated.v1' : 'saga.incomplete.v1';
  if (status === 'TIMED_OUT') return 'saga.timed-out.v1';
  return status === 'FAILED' ? 'saga.failed.v1' : 'saga.terminated.v1';
}

function dataOf(saga: LostSaga & Pick<ObservedSaga, 'state' | 'endedAt'>, type: SagaEventType): SagaEventData<SagaEventType> {
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
