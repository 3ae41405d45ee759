import { Injectable } from '@nestjs/common';
import { WorkflowNotFoundError, WorkflowUpdateStage } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import type { SagaTimeline } from '../../../contracts/saga/saga-state.js';
import type { ResolveStep, Saga } from '../../../contracts/saga/saga.resource.js';
import { fingerprint } from '../../../libs/service-kit/fingerprint.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import { abortUpdate, resolveUpdate, sagaFailures } from '../../../workflows/saga/saga.contract.js';
import type { CommandHeaders } from '../http/command-headers.decorator.js';
import { TemporalService } from '../temporal/temporal.service.js';
import { recordedState, type SagaRun, SagaView } from './saga-view.js';
import { sagaNotFound, SagaReader } from './saga-reader.service.js';
import { rejectedUpdate, updateFailureOf, workerUnavailable } from './update-failure.js';

/** Leaves time to read the saga before, within the five seconds that the API promises. */
const UPDATE_TIMEOUT_MS = 2_500;
/** How long an accepted abort waits for the pivot's key to decide. */
const DECISION_TIMEOUT_MS = 2_000;

type CallerKey = Pick<CommandHeaders, 'caller' | 'idempotencyKey'>;
/** Sends an update; undefined while the saga has accepted it and not yet decided. */
type Update = () => Promise<SagaTimeline | undefined>;

/** An operator's commands to a saga. Each is an update with an id, so a repeat has its effect once. */
@Injectable()
export class SagaOperator {
  constructor(
    private readonly temporal: TemporalService,
    private readonly sagas: SagaReader,
    private readonly view: SagaView,
  ) {}

  /**
   * Rolls a saga back. While the participant of the pivot is unavailable, the decision is pending and the answer shows the saga
   * as it is. A repeated idempotency key gets the result after the end of the saga as well.
   * @throws ProblemException 404, 409 `SAGA_PAST_PIVOT` or `SAGA_ENDED`, 503 `WORKER_UNAVAILABLE` when no worker accepts it in
   * time.
   */
  async abort(sagaId: string, { caller, idempotencyKey }: CallerKey): Promise<Saga> {
    const run = await this.run(sagaId);
    if (idempotencyKey === undefined && run.status.name !== 'RUNNING') throw abortAfterEnd(run);
    const updateId = idempotencyKey === undefined ? 'abort' : `abort:${fingerprint(caller, idempotencyKey)}`;
    const update: Update = async () => {
      const accepted = await this.temporal.call(
        (client) =>
          client.workflow.getHandle(sagaId).startUpdate(abortUpdate, { updateId, waitForStage: WorkflowUpdateStage.ACCEPTED }),
        UPDATE_TIMEOUT_MS,
      );
      return this.temporal.wait(() => accepted.result(), DECISION_TIMEOUT_MS);
    };
    return this.send(run, update, abortAfterEnd);
  }

  /**
   * Decides about a step that needs attention. With an idempotency key, repeats have no further effect.
   * @throws ProblemException 404, 409 `STEP_NOT_IN_NEED` or `STEP_NOT_RESOLVABLE`, 422 `IDEMPOTENCY_KEY_REUSED`, 503
   * `WORKER_UNAVAILABLE`.
   */
  async resolve(sagaId: string, decision: ResolveStep, { caller, idempotencyKey }: CallerKey): Promise<Saga> {
    const run = await this.run(sagaId);
    const updateId = `resolve:${idempotencyKey === undefined ? randomUUID() : fingerprint(caller, idempotencyKey)}`;
    const update: Update = async () => {
      const timeline = await this.temporal.call(
        (client) => client.workflow.getHandle(sagaId).executeUpdate(resolveUpdate, { args: [decision], updateId }),
        UPDATE_TIMEOUT_MS,
      );
      if (isDecided(timeline, decision)) return timeline;
      const detail = 'The Idempotency-Key belongs to another decision about this saga. Send this decision with a new key.';
      throw new ProblemException(422, 'IDEMPOTENCY_KEY_REUSED', detail);
    };
    return this.send(run, update, resolveAfterEnd);
  }

  private async run(sagaId: string): Promise<SagaRun> {
    const run = await this.sagas.run(sagaId);
    return this.view.summary(run) ? run : sagaNotFound(sagaId);
  }

  private async send(run: SagaRun, update: Update, ended: (run: SagaRun) => ProblemException): Promise<Saga> {
    const { workflowId: sagaId } = run;
    try {
      const timeline = await update();
      // A repeated update returns its first result, also after the end. That result does not show the current saga.
      return (run.status.name === 'RUNNING' && timeline && this.view.full(run, timeline)) || (await this.sagas.saga(sagaId));
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) throw ended(await this.run(sagaId));
      throw problemOf(error, sagaId) ?? error;
    }
  }
}

function abortAfterEnd(run: SagaRun): ProblemException {
  if (recordedState(run) === 'COMPLETED') {
    return new ProblemException(
      409,
      'SAGA_PAST_PIVOT',
      `The saga ${run.workflowId} is completed, past its pivot: it cannot be rolled back.`,
    );
  }
  return new ProblemException(
    409,
    'SAGA_ENDED',
    `The saga ${run.workflowId} has ended (${run.status.name}): there is nothing to abort.`,
  );
}

function resolveAfterEnd(run: SagaRun): ProblemException {
  return new ProblemException(
    409,
    'STEP_NOT_IN_NEED',
    `The saga ${run.workflowId} has ended (${run.status.name}): none of its steps needs a decision.`,
  );
}

function problemOf(error: unknown, sagaId: string): ProblemException | undefined {
  const failure = updateFailureOf(error);
  if (!failure) return workerUnavailable(error, sagaId);
  const code = conflictCodes[failure.type ?? ''];
  return code === undefined ? rejectedUpdate(failure) : new ProblemException(409, code, failure.message);
}

/** The 409s of a saga's own refusals. */
const conflictCodes: Readonly<Record<string, string>> = {
  [sagaFailures.pastPivot]: 'SAGA_PAST_PIVOT',
  [sagaFailures.stepNotInNeed]: 'STEP_NOT_IN_NEED',
  [sagaFailures.stepNotResolvable]: 'STEP_NOT_RESOLVABLE',
};

/** Whether the timeline has this decision: a repeated update returns the result of the first update with its id. */
function isDecided({ steps }: SagaTimeline, { step, action, note }: ResolveStep): boolean {
  return steps.some(
    (record) =>
      (record.name === step || record.compensates === step) &&
      record.resolutions?.some((made) => made.action === action && made.note === note),
  );
}
