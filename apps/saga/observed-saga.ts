import type { WorkflowExecutionInfo, WorkflowExecutionStatusName } from '@temporalio/client';
import { type SagaState, sagaStates } from '../../contracts/saga/saga-state.js';
import { endedStates, statusOf } from '../../contracts/saga/saga-status.js';
import { searchAttributes } from '../../workflows/saga/search-attributes.js';

/** One run of a saga as Temporal shows it. */
export interface ObservedSaga {
  sagaId: string;
  runId: string;
  type: string;
  businessId: string;
  customerId: string | null;
  /** As `GET /v1/sagas` shows it. */
  state: SagaState;
  /** The last state that the saga itself has recorded. */
  recorded: SagaState;
  status: WorkflowExecutionStatusName;
  /** Whether the saga itself has recorded its end. A closed run without it was ended by force. */
  endRecorded: boolean;
  startedAt: Date;
  /** Undefined while it runs. */
  endedAt: Date | undefined;
}

export type SagaRun = Pick<WorkflowExecutionInfo, 'workflowId' | 'runId' | 'startTime' | 'typedSearchAttributes'> & {
  status: Pick<WorkflowExecutionInfo['status'], 'name'>;
  closeTime?: Date | undefined;
};

/** @returns undefined for a workflow that is no saga. */
export function observedSaga(run: SagaRun): ObservedSaga | undefined {
  const { workflowId, runId, status, startTime, closeTime, typedSearchAttributes: attributes } = run;
  const type = attributes.get(searchAttributes.sagaType);
  if (type === undefined) return undefined;
  const running = status.name === 'RUNNING';
  const recorded = sagaStates.find((known) => known === attributes.get(searchAttributes.sagaState)) ?? 'RUNNING';
  return {
    sagaId: workflowId,
    runId,
    type,
    businessId: attributes.get(searchAttributes.businessId) ?? '',
    customerId: attributes.get(searchAttributes.customerId) ?? null,
    state: statusOf(recorded, running),
    recorded,
    status: status.name,
    endRecorded: (endedStates as readonly SagaState[]).includes(recorded),
    startedAt: startTime,
    endedAt: running ? undefined : (closeTime ?? startTime),
  };
}

/** Whether the run was ended by force, so that the saga does not end unless it is started again. */
export const isEndedByForce = ({ status, endRecorded }: Pick<ObservedSaga, 'status' | 'endRecorded'>): boolean =>
  !endRecorded && (status === 'TERMINATED' || status === 'TIMED_OUT');
