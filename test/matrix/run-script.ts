import { ApplicationFailure } from '@temporalio/common';
import type { Info } from '@temporalio/activity';
import { failureOf } from '../../activities/failures.js';
import type { StepKey } from '../../activities/idempotent-command.js';
import type { OutlinedStep } from '../../contracts/saga/saga-outline.js';
import { ParticipantHarness } from '../services/participant.harness.js';
import { system } from '../support/system.js';
import { eventually } from '../support/api.js';
import { type Target, targetOf } from '../sagas/step-target.harness.js';
import type { Loss } from './matrix-cells.js';
import type { OperationGate } from './operation-gate.js';

/** A request of a saga: for a step, for its undo, or for the seal of its key. */
export type RequestName = string;
export const undoOf = (step: string): RequestName => `${step}/undo`;
export const sealOf = (step: string): RequestName => `${step}/seal`;

/** The disturbances of one run's requests to the participants. */
export interface RunRules {
  /** The run is lost at this request. */
  cut?: { request: RequestName; loss: Loss };
  /** The step's participant is away from the step's request on, for less or for more than the saga waits. */
  away?: { step: string; longer: boolean };
  /** The step is refused by its participant, unless its key has an answer. */
  refused?: string;
}

type Send = () => Promise<unknown>;

/**
 * Intercepts the requests of one saga's activities to its participants. Each run is lost, delayed and refused as its rules say. A request
 * of a lost run is dropped, unless it is in flight: then it arrives with `land`.
 */
export class SagaScript {
  private readonly targets = new Map<RequestName, Target>();
  private readonly inFlight: Send[] = [];
  private readonly lostRuns = new Set<string>();
  private run: ScriptedRun | undefined;

  constructor(
    readonly sagaId: string,
    outline: readonly OutlinedStep[],
    private readonly gate: OperationGate,
  ) {
    for (const { name, compensation } of outline) {
      this.targets.set(name, targetOf({ name }));
      if (compensation !== undefined) this.targets.set(undoOf(name), targetOf({ name: compensation }));
    }
  }

  /** From now on all requests of earlier runs are lost. */
  beginRun(rules: RunRules = {}): ScriptedRun {
    if (this.run?.runId !== undefined) this.lostRuns.add(this.run.runId);
    this.run?.lose();
    this.run = new ScriptedRun(rules);
    return this.run;
  }

  async request(info: Info, key: StepKey, send: Send): Promise<unknown> {
    const run = this.run!;
    const { runId } = info.workflowExecution!;
    if (this.lostRuns.has(runId)) throw lost();
    run.begin(runId);
    const request = this.requestName(key);
    const target = this.targets.get(request.replace(/\/seal$/, ''));
    if (!target) return send(); // a reminder: nothing depends on it
    const pass: Send = () => this.gate.pass(target, send);

    const { cut, away, refused } = run.rules;
    if (cut?.request === request) {
      if (run.isCut) throw await run.lost;
      run.isCut = true;
      // A seal is answered with a refusal.
      if (cut.loss === 'answer lost') await Promise.allSettled([pass()]);
      if (cut.loss === 'in flight') this.inFlight.push(pass);
      run.reachCut();
      throw await run.lost;
    }
    if (away && this.isAway(run, away, request, target, info)) {
      const { operation } = target;
      throw failureOf(
        { kind: 'not-sent', reason: 'away' },
        { participant: target.participant, operation, attempt: info.attempt },
      )!;
    }
    const answer = await (refused === request && !run.isRefused ? this.refuse(run, target, send) : pass());
    run.answered.add(request);
    return answer;
  }

  /** Has everything arrive that is in flight. Resolves when the participants have answered. */
  async land(): Promise<void> {
    // The participants' answers are not checked here. The final state shows whether they were right.
    await Promise.allSettled(this.inFlight.splice(0).map((send) => send()));
  }

  private requestName({ key, seal }: StepKey): RequestName {
    const [step, undo] = key.slice(this.sagaId.length + 1).split('/');
    const name = step!.replaceAll('-', ' ');
    if (seal) return sealOf(name);
    return undo === 'undo' ? undoOf(name) : name; // a number follows when an operator has had it tried again
  }

  /** A participant that is away for long comes back when the saga has asked it for an undo, or has called for attention. */
  private isAway(run: ScriptedRun, { step, longer }: NonNullable<RunRules['away']>, request: string, target: Target, info: Info) {
    if (run.isBack) return false;
    if (request === step) run.isAway = true;
    if (!run.isAway || target.participant !== this.targets.get(step)!.participant) return false;
    run.failedAttempts += 1;
    const activities = run.activities.get(request) ?? new Set();
    run.activities.set(request, activities);
    if (!info.isLocal) activities.add(info.activityId);
    run.isBack = longer ? request.endsWith('/undo') || activities.size > 1 : run.failedAttempts > 1;
    return true;
  }

  private refuse(run: ScriptedRun, target: Target, send: Send): Promise<unknown> {
    return this.gate.passAlone(target, async () => {
      const probe = new ParticipantHarness(target.participant, () => system()[`${target.participant}Url`]);
      run.isRefused = true;
      const { operation } = target;
      await probe.putFault({ operation, mode: 'refuse', times: 1 });
      try {
        return await send();
      } finally {
        // It is still there if the key had an answer.
        await probe.putFault({ operation, mode: 'error', probability: 0 });
      }
    });
  }
}

/** One run of a saga, and what has come of its rules. */
export class ScriptedRun {
  runId: string | undefined;
  isCut = false;
  isAway = false;
  isBack = false;
  isRefused = false;
  failedAttempts = 0;
  readonly answered = new Set<RequestName>();
  readonly activities = new Map<RequestName, Set<string>>();
  reachCut!: () => void;
  /** Resolves when the run has come to its cut. */
  readonly cutReached = new Promise<void>((resolve) => (this.reachCut = resolve));
  private beginNow!: () => void;
  /** Resolves when the run has come to its first request. */
  readonly begun = new Promise<void>((resolve) => (this.beginNow = resolve));
  private loseNow!: (failure: ApplicationFailure) => void;
  readonly lost = new Promise<ApplicationFailure>((resolve) => (this.loseNow = resolve));

  constructor(readonly rules: RunRules) {}

  begin(runId: string): void {
    this.runId ??= runId;
    this.beginNow();
  }

  lose(): void {
    this.loseNow(lost());
  }

  /** Resolves when the requests have been answered. */
  async hasAnswers(requests: readonly RequestName[]): Promise<void> {
    await eventually(
      async () => requests.every((request) => this.answered.has(request)),
      (all) => all,
    );
  }
}

/** Goes to a worker whose task is no longer its own. */
const lost = () => ApplicationFailure.retryable('this run was lost', 'RunLost');
