import type { WorkflowExecutionInfo, WorkflowExecutionStatusName } from '@temporalio/client';
import { type SagaState, sagaStates } from '../../contracts/saga-state.js';
import { endedStates, standingOf } from '../../contracts/saga-standing.js';
import { searchAttributes } from '../../workflows/saga/search-attributes.js';

/** One run of a saga as the visibility store shows it. */
export interface ObservedSaga {
  sagaId: string;
  runId: string;
  type: string;
  businessId: string;
  customerId: string | null;
  /** As `GET /v1/sagas` shows it. */
  state: SagaState;
  status: WorkflowExecutionStatusName;
  /** Whether the saga itself has recorded how it ends. Otherwise, once it is over, something has ended it. */
  settled: boolean;
  startedAt: Date;
  /** Undefined while it runs. */
  endedAt: Date | undefined;
}

type Run = Pick<WorkflowExecutionInfo, 'workflowId' | 'runId' | 'startTime' | 'typedSearchAttributes'> & {
  status: Pick<WorkflowExecutionInfo['status'], 'name'>;
  closeTime?: Date | undefined;
};

/** @returns undefined for a workflow that is no saga. */
export function observedSaga({
  workflowId,
  runId,
  status,
  startTime,
  closeTime,
  typedSearchAttributes: attributes,
}: Run): ObservedSaga | undefined {
  const type = attributes.get(searchAttributes.sagaType);
  if (type === undefined) return undefined;
  const recorded = attributes.get(searchAttributes.sagaState);
  const running = status.name === 'RUNNING';
  const own = sagaStates.find((known) => known === recorded) ?? 'RUNNING';
  return {
    sagaId: workflowId,
    runId,
    type,
    businessId: attributes.get(searchAttributes.businessId) ?? '',
    customerId: attributes.get(searchAttributes.customerId) ?? null,
    state: standingOf(own, running),
    status: status.name,
    settled: (endedStates as readonly SagaState[]).includes(own),
    startedAt: startTime,
    endedAt: running ? undefined : (closeTime ?? startTime),
  };
}
