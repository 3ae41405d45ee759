import { ApplicationFailure, CancellationScope, condition, setHandler } from '@temporalio/workflow';
import type { SagaTimeline } from '../../contracts/saga/saga-state.js';
import { isStepResolution, malformedInput } from './messages.js';
import type { SagaProgress } from './saga-progress.js';
import { abortUpdate, resolveUpdate, sagaFailures, timelineQuery } from './saga.contract.js';
import type { StepSettler } from './step-settler.js';

/** Registers the handlers that every saga has: the timeline, the abort and the decisions of operators. */
export function handleMessages(progress: SagaProgress, settler: StepSettler<never>): void {
  setHandler(timelineQuery, () => progress.journal.timeline());
  setHandler(abortUpdate, () => abort(progress), { validator: () => assertBeforePivot(progress) });
  setHandler(
    resolveUpdate,
    (resolution) => {
      settler.resolve(resolution);
      return progress.journal.timeline();
    },
    {
      validator: (resolution) => {
        if (!isStepResolution(resolution)) throw malformedInput('resolve', '{ step, action: "retry" | "skip" | "done", note }');
        settler.assertResolvable(resolution);
      },
    },
  );
}

/** Answers once the pivot's key has decided. @throws ApplicationFailure `SagaPastPivot` when the pivot has happened. */
async function abort(progress: SagaProgress): Promise<SagaTimeline> {
  if (progress.phase === 'forward' && !progress.aborted) progress.abort();
  await CancellationScope.nonCancellable(() => condition(() => progress.committed || progress.rollingBack));
  assertBeforePivot(progress);
  return progress.journal.timeline();
}

function assertBeforePivot({ committed }: SagaProgress): void {
  if (committed)
    throw ApplicationFailure.nonRetryable('The saga is past its pivot and only goes forward.', sagaFailures.pastPivot);
}
