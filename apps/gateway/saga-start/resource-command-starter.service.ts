import { Injectable } from '@nestjs/common';
import { WorkflowExecutionAlreadyStartedError, type WorkflowExecutionInfo } from '@temporalio/client';
import { setTimeout as delay } from 'node:timers/promises';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import type { RequestIdentity } from '../../../workflows/saga/saga.contract.js';
import type { WorkflowIds } from '../../../workflows/saga/workflow-id.js';
import { isStartedBy, requestIdentity, type RequestKey } from './request-identity.js';
import { type AggregateType, type SagaStart, SagaStarter, type StartedRun } from './saga-starter.service.js';

/** An order or a trip that takes commands, as its owner shows it. */
export interface Aggregate {
  state: string;
  customerId: string;
  sagaId: string;
  /** The command that holds the lock. */
  pending?: { command: string; sagaId: string } | undefined;
  /** The number of sagas that have requested a command; absent until the owner knows the aggregate. */
  commandCount?: number | undefined;
}

/** A command on one aggregate. */
interface AggregateCommand {
  /** As in `ORDER_STATE_CONFLICT`. */
  aggregateType: AggregateType;
  businessId: string;
  /** The command in the past participle: *cancelled*. */
  participle: string;
  type: string;
  ids: WorkflowIds;
  /** The only state that allows the command. */
  requiredState: string;
  /** The request body. */
  content: object;
  /** @throws ProblemException 404. */
  read: () => Promise<Aggregate>;
}

/** A command on an existing aggregate. Each accepted command is a saga of its own. */
export interface ResourceCommand<Resource extends Aggregate> extends AggregateCommand {
  requiredState: Resource['state'];
  read: () => Promise<Resource>;
  saga: (resource: Resource) => Pick<SagaStart, 'request' | 'participants' | 'details'>;
}

type Run = Pick<WorkflowExecutionInfo, 'workflowId' | 'runId' | 'status' | 'memo'>;

/** The outcome of a saga that changed nothing. */
interface Unchanged {
  reason?: { code: string; detail: string };
}

/** The newest commands are read by workflow id, which is strongly consistent. The owner remembers all others. */
const RECENT_COMMANDS = 10;
/**
 * How many numbers of sagas that ended without being counted are skipped. A sealed `ship order` and a refusal on demand leave
 * such a number.
 */
const MAX_NUMBERS_TRIED = 100;
/** How long the answer waits until the command is visible on the aggregate. */
const VISIBLE_WITHIN_MS = 1_000;
const FIRST_POLL_MS = 15;

/**
 * Starts the sagas of commands on orders and trips. Each saga id ends in a number, one more than the owner's command count. So two
 * concurrent commands meet on one id: the second is refused.
 */
@Injectable()
export class ResourceCommandStarter {
  constructor(private readonly starter: SagaStarter) {}

  /**
   * Returns when the command is visible on the aggregate, or a second after the start. A retry gets the first answer.
   * @throws ProblemException 404, 409 `…_STATE_CONFLICT` naming what is pending, 422 `IDEMPOTENCY_KEY_REUSED`, 503.
   */
  async start<Resource extends Aggregate>(
    command: ResourceCommand<Resource>,
    { caller, idempotencyKey }: RequestKey,
  ): Promise<StartedRun> {
    const { type, businessId, content } = command;
    const identity = requestIdentity({ type, businessId, caller, idempotencyKey, content });
    const begin = () => this.begin(command, identity);
    if (identity === undefined) return begin();
    return this.starter.singleFlight(identity, () =>
      this.starter.startOrReplay(command, identity, begin, (run) => this.replayAnswer(command, run)),
    );
  }

  /**
   * The aggregate after the saga of a command; undefined if the saga does not end within `seconds`, or the aggregate cannot be read.
   * @throws ProblemException 409 `…_STATE_CONFLICT` when the saga ended because another saga was faster.
   */
  async outcome<Resource extends Aggregate>(
    command: Pick<ResourceCommand<Resource>, 'aggregateType' | 'read'>,
    sagaId: string,
    seconds: number,
  ): Promise<Resource | undefined> {
    if (!(await this.hasEnded(command, sagaId, seconds * 1_000))) return undefined;
    const resource = await command.read().catch(() => undefined);
    return resource?.pending?.sagaId === sagaId ? undefined : resource;
  }

  private async begin<Resource extends Aggregate>(
    command: ResourceCommand<Resource>,
    identity: RequestIdentity | undefined,
  ): Promise<StartedRun> {
    let nextNumber = 1;
    for (let attempt = 1; ; attempt++) {
      const resource = await command.read();
      const number = Math.max((resource.commandCount ?? 0) + 1, nextNumber);
      const first = await this.firstRun(command, number, identity);
      if (first) return this.replayAnswer(command, first);
      if (resource.state !== command.requiredState) throw conflict(command, resource);
      try {
        return await this.waitUntilVisible(
          command,
          number,
          await this.starter.start(sagaOf(command, resource, number), identity),
        );
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      }
      const sagaId = command.ids.of(command.businessId, number);
      const existing = await this.starter.describe(sagaId);
      if (existing && isStartedBy(existing, identity)) return this.replayAnswer(command, existing);
      if (existing?.status.name === 'RUNNING' || attempt === MAX_NUMBERS_TRIED) throw inProgress(command, sagaId);
      // The other saga has ended since, or was ended by force before it was counted. Its number is used in both cases.
      nextNumber = number + 1;
    }
  }

  /** Answers a retry with the run that its first request started. */
  private async replayAnswer(command: AggregateCommand, { workflowId: sagaId, runId, status }: Run): Promise<StartedRun> {
    if (status.name !== 'RUNNING') await this.hasEnded(command, sagaId, VISIBLE_WITHIN_MS);
    return { sagaId, runId };
  }

  /** Waits until the aggregate shows the command. */
  private async waitUntilVisible(command: AggregateCommand, number: number, started: StartedRun): Promise<StartedRun> {
    const deadline = Date.now() + VISIBLE_WITHIN_MS;
    for (let pause = FIRST_POLL_MS; Date.now() < deadline; pause *= 2) {
      // The saga is accepted, whether this read succeeds or not.
      const resource = await command.read().catch(() => undefined);
      if (!resource || resource.pending?.sagaId === started.sagaId) return started;
      if ((resource.commandCount ?? 0) >= number) {
        // A saga was counted. If it was this one, it ends in a moment.
        await this.hasEnded(command, started.sagaId, Math.max(deadline - Date.now(), 1));
        return started;
      }
      await delay(Math.min(pause, Math.max(deadline - Date.now(), 0)));
    }
    return started;
  }

  /** Whether the saga ends within `ms`. @throws ProblemException 409 `…_STATE_CONFLICT` as `outcome`. */
  private async hasEnded(command: Pick<AggregateCommand, 'aggregateType'>, sagaId: string, ms: number): Promise<boolean> {
    const end = await this.starter.outcome<Unchanged>(sagaId, ms);
    throwIfSuperseded(command, end?.result);
    return end !== undefined;
  }

  /**
   * The run that the first request with the key started, if its command has not reached the owner yet.
   * @throws ProblemException 422 `IDEMPOTENCY_KEY_REUSED` if that request asked for something else.
   */
  private async firstRun(
    { businessId, ids }: AggregateCommand,
    newest: number,
    identity: RequestIdentity | undefined,
  ): Promise<Run | undefined> {
    if (identity === undefined) return undefined;
    const numbers = Array.from({ length: Math.min(newest, RECENT_COMMANDS) }, (_, index) => newest - index);
    const recent = await Promise.all(numbers.map((number) => this.starter.describe(ids.of(businessId, number))));
    return recent.find((run) => run !== undefined && isStartedBy(run, identity));
  }
}

function sagaOf<Resource extends Aggregate>(command: ResourceCommand<Resource>, resource: Resource, number: number): SagaStart {
  const { aggregateType, businessId, participle, type, ids } = command;
  return {
    type,
    sagaId: ids.of(businessId, number),
    aggregateType,
    businessId,
    customerId: resource.customerId,
    summary: `The ${aggregateType} ${businessId} is to be ${participle}`,
    ...command.saga(resource),
  };
}

const stateConflict = (aggregateType: AggregateCommand['aggregateType'], detail: string): ProblemException =>
  new ProblemException(409, `${aggregateType.toUpperCase()}_STATE_CONFLICT`, detail);

function conflict(
  { aggregateType, businessId, participle, requiredState }: AggregateCommand,
  { state, pending, sagaId }: Aggregate,
): ProblemException {
  const why = pending
    ? ` (the command to ${pending.command} it is pending on behalf of ${pending.sagaId})`
    : state === 'PENDING' || state === 'AWAITING_APPROVAL'
      ? ` (${sagaId} is running)`
      : '';
  return stateConflict(
    aggregateType,
    `The ${aggregateType} ${businessId} is ${state}${why}: it can be ${participle} only when it is ${requiredState}.`,
  );
}

const inProgress = ({ aggregateType, businessId, participle }: AggregateCommand, sagaId: string): ProblemException =>
  stateConflict(
    aggregateType,
    `The ${aggregateType} ${businessId} is being ${participle} already, on behalf of ${sagaId}, which is pending.`,
  );

/** @throws ProblemException 409 if another saga locked the aggregate after this gateway had read it. */
function throwIfSuperseded({ aggregateType }: Pick<AggregateCommand, 'aggregateType'>, outcome: Unchanged | undefined): void {
  const problem = stateConflict(aggregateType, outcome?.reason?.detail ?? '');
  if (outcome?.reason?.code === problem.problem.code) throw problem;
}
