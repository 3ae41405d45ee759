import { Injectable } from '@nestjs/common';
import type { WorkflowExecutionInfo } from '@temporalio/client';
import type { RecordedSaga, StoredTimeline } from '../../../contracts/saga/ended-saga.js';
import { type SagaState, sagaStates, type SagaTimeline, type StepRecord } from '../../../contracts/saga/saga-state.js';
import type { ProjectedSaga, Saga, SagaSummary } from '../../../contracts/saga/saga.resource.js';
import { searchAttributes } from '../../../workflows/saga/search-attributes.js';
import { statusOf } from '../../../contracts/saga/saga-status.js';
import { workflowVersionOf } from '../../../libs/temporal/workflow-version.js';
import { Links } from '../http/links.js';

/** The fields of a workflow run that the API uses, from a list or a description. */
export interface SagaRun extends Pick<WorkflowExecutionInfo, 'workflowId' | 'runId' | 'startTime' | 'typedSearchAttributes'> {
  status: Pick<WorkflowExecutionInfo['status'], 'name'>;
  closeTime?: Date | undefined;
  raw: unknown;
}

/** Renders a workflow run as a saga. */
@Injectable()
export class SagaView {
  constructor(private readonly links: Links) {}

  /** @returns undefined for a workflow that is no saga. */
  summary(run: SagaRun): SagaSummary | undefined {
    const { typedSearchAttributes: attributes, workflowId: sagaId } = run;
    const type = attributes.get(searchAttributes.sagaType);
    if (type === undefined) return undefined;
    return {
      sagaId,
      type,
      state: statusOf(recordedState(run), run.status.name === 'RUNNING'),
      businessId: attributes.get(searchAttributes.businessId) ?? '',
      customerId: attributes.get(searchAttributes.customerId) ?? null,
      startedAt: run.startTime.toISOString(),
      endedAt: run.closeTime?.toISOString() ?? null,
      links: this.linksOf(sagaId, run.runId),
    };
  }

  private linksOf(sagaId: string, runId: string | null): SagaSummary['links'] {
    const resource = this.links.resource(sagaId);
    return {
      self: this.links.saga(sagaId),
      ...(resource === undefined ? {} : { resource }),
      history: this.links.sagaHistory(sagaId),
      temporalUi: this.links.temporalUi(sagaId, runId ?? undefined),
    };
  }

  /** The same, from the read model. */
  projected({ runId, ...saga }: ProjectedSaga): SagaSummary {
    return { ...saga, links: this.linksOf(saga.sagaId, runId) };
  }

  /** A run with its steps; without them, if no worker answered, with the fields that Temporal has. */
  full(run: SagaRun, timeline: SagaTimeline | undefined, lost = false): Saga | undefined {
    const summary = this.summary(run);
    if (!summary) return undefined;
    const state = timeline ? statusOf(timeline.state, run.status.name === 'RUNNING') : summary.state;
    return { ...withSteps({ ...summary, state }, timeline, lost), workflowVersion: workflowVersionOf(run) };
  }

  /** A saga whose run Temporal has dropped, from the register. */
  recorded({ runId, lost, ...saga }: RecordedSaga, stored: StoredTimeline | null): Saga {
    const summary = { ...saga, links: this.linksOf(saga.sagaId, runId) };
    return { ...withSteps(summary, stored?.timeline, lost), workflowVersion: stored?.build ?? 'unknown' };
  }
}

function withSteps(summary: SagaSummary, timeline: SagaTimeline | undefined, lost: boolean): Omit<Saga, 'workflowVersion'> {
  const steps = timeline?.steps ?? [];
  const endedByForce = timeline !== undefined && timeline.state !== 'INCOMPLETE' && (summary.state === 'INCOMPLETE' || lost);
  return {
    ...summary,
    // A lost saga has not ended: nothing completes it or rolls it back until it is settled.
    ...(lost ? { state: 'NEEDS_ATTENTION' as const, lost, endedAt: null } : {}),
    pastPivot: timeline?.pastPivot ?? summary.state === 'COMPLETED',
    steps,
    held: endedByForce ? steps.filter(mayHaveEffect).map(({ name }) => name) : (timeline?.held ?? []),
  };
}

/** Whether the effect of a step may still exist after a saga was ended by force. */
function mayHaveEffect({ compensates, state }: StepRecord): boolean {
  return compensates === undefined && state !== 'PENDING' && state !== 'REFUSED' && state !== 'COMPENSATED';
}

/** The last state that the saga itself has recorded, or RUNNING if there is none. */
export function recordedState({ typedSearchAttributes }: Pick<SagaRun, 'typedSearchAttributes'>): SagaState {
  const recorded = typedSearchAttributes.get(searchAttributes.sagaState);
  return sagaStates.find((state) => state === recorded) ?? 'RUNNING';
}
