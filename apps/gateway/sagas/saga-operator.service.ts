import { Inject, Injectable } from '@nestjs/common';
import { type WorkflowHandle, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { randomUUID } from 'node:crypto';
import type { SagaTimeline } from '../../../contracts/saga-state.js';
import type { ResolveStep, Saga } from '../../../contracts/saga.resource.js';
import { fingerprint } from '../../../libs/service-kit/fingerprint.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import { abortUpdate, resolveUpdate, sagaFailures } from '../../../workflows/saga/saga.contract.js';
import type { CommandHeaders } from '../saga-start/command-headers.decorator.js';
import { TemporalService } from '../temporal/temporal.service.js';
import { recordedState } from './recorded-state.js';
import { sagaNotFound } from './saga-not-found.js';
import { SagaReader } from './saga-reader.service.js';
import type { SagaRun } from './saga-run.js';
import { SagaView } from './saga-view.js';
import { workerUnavailable } from './worker-unavailable.js';

/** Leaves time within a caller's patience to look the saga up before. */
const UPDATE_MS = 2_500;

type Keyed = Pick<CommandHeaders, 'caller' | 'idempotencyKey'>;
type Update = (handle: WorkflowHandle) => Promise<SagaTimeline>;

/** What an operator can tell a saga. Each is an update with an id, so that sending it twice does it once. */
@Injectable()
export class SagaOperator {
  constructor(
    @Inject(TemporalService) private readonly temporal: TemporalService,
    @Inject(SagaReader) private readonly sagas: SagaReader,
    @Inject(SagaView) private readonly view: SagaView,
  ) {}

  /**
   * Turns a saga round. Whoever repeats an idempotency key is answered after the saga's end, too: its update is known then.
   * @throws ProblemException 404, 409 `SAGA_PAST_PIVOT` or `SAGA_ENDED`, 503 `WORKER_UNAVAILABLE` when no worker takes it in time.
   */
  async abort(sagaId: string, { caller, idempotencyKey }: Keyed): Promise<Saga> {
    const run = await this.run(sagaId);
    if (idempotencyKey === undefined && run.status.name !== 'RUNNING') throw endedUnabortable(run);
    const updateId = idempotencyKey === undefined ? 'abort' : `abort:${fingerprint(caller, idempotencyKey)}`;
    return this.tell(run, (handle) => handle.executeUpdate(abortUpdate, { updateId }), endedUnabortable);
  }

  /**
   * Decides about a step that needs attention. With an idempotency key the decision is made once, however often it is sent.
   * @throws ProblemException 404, 409 `STEP_NOT_IN_NEED`, 422 `IDEMPOTENCY_KEY_REUSED`, 503 `WORKER_UNAVAILABLE`.
   */
  async resolve(sagaId: string, decision: ResolveStep, { caller, idempotencyKey }: Keyed): Promise<Saga> {
    const run = await this.run(sagaId);
    const updateId = `resolve:${idempotencyKey === undefined ? randomUUID() : fingerprint(caller, idempotencyKey)}`;
    const update: Update = async (handle) => {
      const timeline = await handle.executeUpdate(resolveUpdate, { args: [decision], updateId });
      if (isDecided(timeline, decision)) return timeline;
      const detail = 'The Idempotency-Key belongs to another decision about this saga. Another one needs a key of its own.';
      throw new ProblemException(422, 'IDEMPOTENCY_KEY_REUSED', detail);
    };
    return this.tell(run, update, endedUnresolvable);
  }

  private async run(sagaId: string): Promise<SagaRun> {
    const run = await this.sagas.run(sagaId);
    return this.view.summary(run) ? run : sagaNotFound(sagaId);
  }

  private async tell(run: SagaRun, update: Update, ended: (run: SagaRun) => ProblemException): Promise<Saga> {
    const { workflowId: sagaId } = run;
    try {
      const timeline = await this.temporal.call((client) => update(client.workflow.getHandle(sagaId)), UPDATE_MS);
      // An update that came again is answered with its first outcome, also after the end: that is no picture of the saga now.
      return (run.status.name === 'RUNNING' && this.view.full(run, timeline)) || (await this.sagas.saga(sagaId));
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) throw ended(await this.run(sagaId));
      throw problemOf(error, sagaId) ?? error;
    }
  }
}

function endedUnabortable(run: SagaRun): ProblemException {
  if (recordedState(run) === 'COMPLETED') {
    return new ProblemException(
      409,
      'SAGA_PAST_PIVOT',
      `The saga ${run.workflowId} is completed, past its pivot: nothing turns it round any more.`,
    );
  }
  return new ProblemException(
    409,
    'SAGA_ENDED',
    `The saga ${run.workflowId} has ended (${run.status.name}): there is nothing to abort.`,
  );
}

function endedUnresolvable(run: SagaRun): ProblemException {
  return new ProblemException(
    409,
    'STEP_NOT_IN_NEED',
    `The saga ${run.workflowId} has ended (${run.status.name}): none of its steps needs a decision.`,
  );
}

function problemOf(error: unknown, sagaId: string): ProblemException | undefined {
  if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure) {
    const { type, message } = error.cause;
    if (type === sagaFailures.pastPivot) return new ProblemException(409, 'SAGA_PAST_PIVOT', message);
    if (type === sagaFailures.stepNotInNeed) return new ProblemException(409, 'STEP_NOT_IN_NEED', message);
    if (type === sagaFailures.noteMissing)
      return new ProblemException(422, 'VALIDATION_FAILED', message, { errors: [{ pointer: '/note', detail: message }] });
  }
  return workerUnavailable(error, sagaId);
}

/** Whether the saga's own record has this decision: an update that came again under its id is answered with the first one's outcome. */
function isDecided({ steps }: SagaTimeline, { step, action, note }: ResolveStep): boolean {
  return steps.some(
    (record) =>
      (record.name === step || record.compensates === step) &&
      record.resolutions?.some((made) => made.action === action && made.note === note),
  );
}
