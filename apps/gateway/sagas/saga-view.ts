import { Inject, Injectable } from '@nestjs/common';
import type { SagaTimeline, StepRecord } from '../../../contracts/saga-state.js';
import type { ProjectedSaga, Saga, SagaSummary } from '../../../contracts/saga.resource.js';
import { searchAttributes } from '../../../workflows/saga/search-attributes.js';
import { Links } from '../links.js';
import { standingOf } from '../../../contracts/saga-standing.js';
import { recordedState } from './recorded-state.js';
import type { SagaRun } from './saga-run.js';
import { workflowVersionOf } from '../../../libs/temporal/workflow-version.js';

/** How a run of a workflow looks as a saga. */
@Injectable()
export class SagaView {
  constructor(@Inject(Links) private readonly links: Links) {}

  /** @returns undefined for a workflow that is no saga. */
  summary(run: SagaRun): SagaSummary | undefined {
    const { typedSearchAttributes: attributes, workflowId: sagaId } = run;
    const type = attributes.get(searchAttributes.sagaType);
    if (type === undefined) return undefined;
    return {
      sagaId,
      type,
      state: standingOf(recordedState(run), run.status.name === 'RUNNING'),
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

  /** The same, of what the read model has. */
  projected({ runId, ...saga }: ProjectedSaga): SagaSummary {
    return { ...saga, links: this.linksOf(saga.sagaId, runId) };
  }

  /** With the steps that the saga itself tells; without them (no worker could be asked) with what Temporal knows. */
  full(run: SagaRun, timeline: SagaTimeline | undefined): Saga | undefined {
    const summary = this.summary(run);
    if (!summary) return undefined;
    const running = run.status.name === 'RUNNING';
    const state = timeline ? standingOf(timeline.state, running) : summary.state;
    const steps = timeline?.steps ?? [];
    return {
      ...summary,
      state,
      workflowVersion: workflowVersionOf(run),
      pastPivot: timeline?.pastPivot ?? state === 'COMPLETED',
      steps,
      held:
        timeline && state === 'INCOMPLETE' && timeline.state !== 'INCOMPLETE'
          ? steps.filter(mayStand).map(({ name }) => name)
          : (timeline?.held ?? []),
    };
  }
}

/** Of a saga that was ended by force: whether the step's effect may still be there. */
function mayStand({ compensates, state }: StepRecord): boolean {
  return compensates === undefined && state !== 'PENDING' && state !== 'REFUSED' && state !== 'COMPENSATED';
}
