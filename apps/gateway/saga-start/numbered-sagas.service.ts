import { Inject, Injectable } from '@nestjs/common';
import { WorkflowExecutionAlreadyStartedError, type WorkflowExecutionInfo } from '@temporalio/client';
import { setTimeout as delay } from 'node:timers/promises';
import { fingerprint } from '../../../libs/service-kit/fingerprint.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import type { WorkflowIds } from '../../../workflows/saga/workflow-id.js';
import { visibilityQuery } from '../sagas/visibility-query.js';
import { TemporalService } from '../temporal/temporal.service.js';
import type { CommandHeaders } from './command-headers.decorator.js';
import type { Claim, SagaStart, StartedRun } from './saga-start.js';
import { keyReused, SagaStarter } from './saga-starter.service.js';

/** What commands can be asked of, as its service shows it. */
export interface Commandable {
  state: string;
  customerId: string;
  sagaId: string;
  /** The command that locks it. */
  pending?: { command: string; sagaId: string } | undefined;
  /** How many sagas have asked for a command; absent until the service knows the thing. */
  commandCount?: number | undefined;
}

/** Which command on what. */
interface Numbered {
  /** What it is about, as `ORDER_STATE_CONFLICT` and people name it. */
  noun: 'order' | 'trip';
  businessId: string;
  /** The command in the past participle: *cancelled*. */
  done: string;
  type: string;
  ids: WorkflowIds;
  /** The one state in which it can be given. */
  from: string;
  /** What the caller has sent besides the id. */
  content: object;
  /** @throws ProblemException 404. */
  read: () => Promise<Commandable>;
}

/** A command on something that is there already; each time that it is given it is a saga of its own. */
export interface ResourceCommand<Resource extends Commandable> extends Numbered {
  from: Resource['state'];
  read: () => Promise<Resource>;
  saga: (resource: Resource) => Pick<SagaStart, 'request' | 'participants' | 'details'>;
}

type Run = Pick<WorkflowExecutionInfo, 'workflowId' | 'runId' | 'status' | 'memo'>;

/** The outcome of a saga that left everything as it was. */
interface Unchanged {
  reason?: { code: string; detail: string };
}

/** Of a thing's commands so many are looked up in the workflows themselves, which are always of now; older ones in the list of workflows. */
const RECENT = 10;
/** How often a number that is taken is passed over. */
const MAX_NUMBERS = 5;
/** How long a caller may wait until the command shows. */
const SHOW_MS = 1_000;
const FIRST_LOOK_MS = 15;

/**
 * Starts the sagas of commands on things that are there. They are numbered by the count that the thing's service keeps, so the same command
 * twice at once is one saga, and who sent the second is told so.
 */
@Injectable()
export class NumberedSagas {
  constructor(
    @Inject(TemporalService) private readonly temporal: TemporalService,
    @Inject(SagaStarter) private readonly starter: SagaStarter,
  ) {}

  /**
   * Returns when the command shows on the thing, so that whoever reads it next sees what was asked for, or a second after the start. A
   * repeated key is answered as it was the first time.
   * @throws ProblemException 404, 409 `…_STATE_CONFLICT` naming what is pending, 422 `IDEMPOTENCY_KEY_REUSED`, 503.
   */
  async start<Resource extends Commandable>(
    command: ResourceCommand<Resource>,
    { caller, idempotencyKey }: Pick<CommandHeaders, 'caller' | 'idempotencyKey'>,
  ): Promise<StartedRun> {
    const { type, businessId, content } = command;
    const print = fingerprint(content);
    if (idempotencyKey === undefined) return this.begin(command, { print, repeatable: false });
    const key = fingerprint(type, businessId, caller, idempotencyKey);
    return this.starter.shared(`${key} ${print}`, () => this.begin(command, { print, repeatable: true, key }));
  }

  /**
   * Whether the saga has ended within `seconds`.
   * @throws ProblemException 409 `…_STATE_CONFLICT` when it ended because another saga had been faster.
   */
  async hasEnded(command: Pick<Numbered, 'noun'>, sagaId: string, seconds: number): Promise<boolean> {
    const end = await this.starter.end<Unchanged>(sagaId, seconds * 1_000);
    throwIfForestalled(command, end?.result);
    return end !== undefined;
  }

  private async begin<Resource extends Commandable>(command: ResourceCommand<Resource>, claim: Claim): Promise<StartedRun> {
    let free = 1;
    for (let attempt = 1; ; attempt++) {
      const resource = await command.read();
      const number = Math.max((resource.commandCount ?? 0) + 1, free);
      const first = await this.firstRun(command, number, claim);
      if (first) return this.again(command, first);
      if (resource.state !== command.from) throw conflict(command, resource);
      try {
        return await this.shown(command, number, await this.starter.start(sagaOf(command, resource, number), claim));
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      }
      const sagaId = command.ids.of(command.businessId, number);
      const taken = await this.starter.run(sagaId);
      if (taken && isClaimedBy(taken, claim)) return this.again(command, taken);
      if (taken?.status.name === 'RUNNING' || attempt === MAX_NUMBERS) throw underWay(command, sagaId);
      // It has ended since, or was ended by force before it was counted: either way the number is used.
      free = number + 1;
    }
  }

  /** The answer to who has asked for this run before. */
  private async again(command: Numbered, { workflowId: sagaId, runId, status }: Run): Promise<StartedRun> {
    if (status.name !== 'RUNNING') await this.hasEnded(command, sagaId, SHOW_MS / 1_000);
    return { sagaId, runId };
  }

  /** Waits until the thing shows what the saga has made of it. */
  private async shown(command: Numbered, number: number, started: StartedRun): Promise<StartedRun> {
    const deadline = Date.now() + SHOW_MS;
    for (let pause = FIRST_LOOK_MS; Date.now() < deadline; pause *= 2) {
      // The saga is accepted whatever becomes of this look.
      const resource = await command.read().catch(() => undefined);
      if (!resource || resource.pending?.sagaId === started.sagaId) return started;
      if ((resource.commandCount ?? 0) >= number) {
        // Counted, be it this saga or another one: if it was this one, then it is over in a moment.
        await this.hasEnded(command, started.sagaId, Math.max(deadline - Date.now(), 1) / 1_000);
        return started;
      }
      await delay(Math.min(pause, Math.max(deadline - Date.now(), 0)));
    }
    return started;
  }

  /**
   * The run that the first request with the key started; undefined if there was none.
   * @throws ProblemException 422 `IDEMPOTENCY_KEY_REUSED` if that request asked for something else.
   */
  private async firstRun(command: Numbered, newest: number, claim: Claim): Promise<Run | undefined> {
    if (claim.key === undefined) return undefined;
    const { type, businessId, ids } = command;
    const numbers = Array.from({ length: Math.min(newest, RECENT) }, (_, index) => newest - index);
    const recent = await Promise.all(numbers.map((number) => this.starter.run(ids.of(businessId, number))));
    const older = newest > RECENT ? await this.runsOf(visibilityQuery({ type, businessId })) : [];
    return [...recent, ...older].find((run) => run !== undefined && isClaimedBy(run, claim));
  }

  private runsOf(query: string): Promise<Run[]> {
    return this.temporal.call(async (client) => {
      const runs: Run[] = [];
      for await (const run of client.workflow.list({ query })) runs.push(run);
      return runs;
    });
  }
}

/** @throws ProblemException 422 `IDEMPOTENCY_KEY_REUSED` when the key is the run's and what was asked for is not. */
function isClaimedBy({ workflowId, memo }: Run, { key, print }: Claim): boolean {
  if (key === undefined || memo?.['idempotencyKey'] !== key) return false;
  if (memo['fingerprint'] !== print) throw keyReused(workflowId);
  return true;
}

function sagaOf<Resource extends Commandable>(command: ResourceCommand<Resource>, resource: Resource, number: number): SagaStart {
  const { noun, businessId, done, type, ids } = command;
  return {
    type,
    sagaId: ids.of(businessId, number),
    businessId,
    customerId: resource.customerId,
    summary: `The ${noun} ${businessId} is to be ${done}`,
    ...command.saga(resource),
  };
}

const stateConflict = (noun: Numbered['noun'], detail: string): ProblemException =>
  new ProblemException(409, `${noun.toUpperCase()}_STATE_CONFLICT`, detail);

function conflict({ noun, businessId, done, from }: Numbered, { state, pending, sagaId }: Commandable): ProblemException {
  const why = pending
    ? ` (the command to ${pending.command} it is pending on behalf of ${pending.sagaId})`
    : state === 'PENDING' || state === 'AWAITING_APPROVAL'
      ? ` (${sagaId} is under way)`
      : '';
  return stateConflict(noun, `The ${noun} ${businessId} is ${state}${why}: it can be ${done} only when it is ${from}.`);
}

const underWay = ({ noun, businessId, done }: Numbered, sagaId: string): ProblemException =>
  stateConflict(noun, `The ${noun} ${businessId} is being ${done} already, on behalf of ${sagaId}, which is pending.`);

/** A saga that found the thing locked by another one, after this gateway had looked: as if it had looked later. */
function throwIfForestalled({ noun }: Pick<Numbered, 'noun'>, outcome: Unchanged | undefined): void {
  const problem = stateConflict(noun, outcome?.reason?.detail ?? '');
  if (outcome?.reason?.code === problem.problem.code) throw problem;
}
