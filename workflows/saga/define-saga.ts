import type { Activities } from '../../activities/index.js';
import type { OutlinedStep } from '../../contracts/saga/saga-outline.js';
import { assertPolicy } from './messages.js';
import type { SagaPolicy } from './saga.contract.js';
import { Saga } from './saga.js';
import { SagaOutlineRecorder } from './saga-outline-recorder.js';
import type { SagaDefinition, SagaSteps } from './saga-steps.js';

/** A workflow and its outline: the steps that it declares for an input. The outline needs no server and has no effect. */
export interface SagaWorkflow<Request, Outcome> {
  (request: Request): Promise<Outcome>;
  outline(request: Omit<Request, 'policy'>): OutlinedStep[];
}

/**
 * Makes a workflow of a saga. `define` declares every step, and returns the process that calls them. It runs once, before the first step
 * begins, so that all pivots and compensations are known whatever happens to this run.
 */
export function defineSaga<Request extends { policy: SagaPolicy }, Outcome>(
  define: (saga: SagaSteps<Activities>, request: Omit<Request, 'policy'> & { policy: SagaPolicy }) => SagaDefinition<Outcome>,
): SagaWorkflow<Request, Outcome> {
  const workflow = async (request: Request): Promise<Outcome> => {
    assertPolicy(request);
    const saga = new Saga<Activities>(request.policy);
    return saga.run(define(saga, request));
  };
  const outline = (request: Omit<Request, 'policy'>): OutlinedStep[] => {
    const recorder = new SagaOutlineRecorder<Activities>();
    define(recorder, { ...request, policy: outlinePolicy });
    return recorder.steps;
  };
  return Object.assign(workflow, { outline });
}

/** An outline calls no step, so no deadline matters. */
const outlinePolicy: SagaPolicy = { fastStepMs: 0, stepDeadlineMs: 0, attentionAfterMs: 0 };
