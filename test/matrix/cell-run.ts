import {
  WithStartWorkflowOperation,
  WorkflowFailedError,
  type WorkflowHandle,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { SagaTimeline } from '../../contracts/saga/saga-state.js';
import { approveUpdate, declineUpdate } from '../../workflows/book-trip/book-trip.contract.js';
import { outlineOf } from '../../workflows/outlines.js';
import { abortUpdate, resolveUpdate, sagaFailures, type SagaPolicy } from '../../workflows/saga/saga.contract.js';
import { searchAttributes } from '../../workflows/saga/search-attributes.js';
import { expectRefused, expectSealed } from '../sagas/rolled-back.harness.js';
import { eventually } from '../support/api.js';
import { approvalSteps, type Cell, expectedEnd, inParallel } from './matrix-cells.js';
import { type RunRules, sealOf, type SagaScript, type ScriptedRun, undoOf } from './run-script.js';
import type { ScriptedWorker } from './scripted-worker.js';
import { newBusinessId, type SweptSaga } from './swept-sagas.js';

/** First attempts that a busy machine does not cut short, and deadlines that pass on none. */
const STEADY: SagaPolicy = { fastStepMs: 5_000, stepDeadlineMs: 90_000, forwardDeadlineMs: 300_000, attentionAfterMs: 60_000 };
/** Sagas that give up soon when a participant is away. */
const IMPATIENT: SagaPolicy = { ...STEADY, stepDeadlineMs: 4_000, attentionAfterMs: 1_500 };
/** Only the deadline of the whole way is over, and that from the beginning. */
const OVERDUE: SagaPolicy = { ...STEADY, forwardDeadlineMs: 1, attentionAfterMs: 1_500 };
/** The cancellation is there before the first workflow task is. */
const CANCEL_FIRST_MS = 1_000;

const policyOf = ({ encounter: { kind } }: Cell): SagaPolicy =>
  kind === 'away longer' ? IMPATIENT : kind === 'forward deadline' ? OVERDUE : STEADY;

type AbortAnswer = 'rolled back' | 'past pivot' | 'lost';

/** Makes what the saga is to be about. @returns its business id. */
export async function prepare(worker: ScriptedWorker, { before }: SweptSaga, customerId: string): Promise<string> {
  const businessId = newBusinessId();
  for (const saga of before) {
    const sagaId = saga.sagaId(businessId);
    const request = saga.request(businessId, customerId);
    worker.script(sagaId, outlineOf(saga.type, request as never).steps).beginRun();
    const args = [{ ...request, policy: STEADY }];
    await worker.client.workflow.execute(saga.type, { workflowId: sagaId, taskQueue: worker.taskQueue, args });
    worker.forget(sagaId);
  }
  return businessId;
}

/** One saga that is lost and run again. */
export class CellRun {
  private readonly saga: SweptSaga;
  private readonly sagaId: string;
  private readonly script: SagaScript;
  private readonly request: object;
  private abortAnswer: Promise<AbortAnswer> | undefined;
  /** The condition that the cell awaits. */
  stage = 'the first run';

  constructor(
    private readonly worker: ScriptedWorker,
    private readonly cell: Cell,
    private readonly businessId: string,
    customerId: string,
  ) {
    this.saga = cell.profile.saga;
    this.sagaId = this.saga.sagaId(businessId);
    this.request = { ...this.saga.request(businessId, customerId), policy: policyOf(cell) };
    this.script = worker.script(this.sagaId, cell.profile.outline);
  }

  /** Runs the saga, loses it, and runs it again. @throws when it has not ended as it must, or has left anything behind. */
  async check(): Promise<void> {
    try {
      const { profile, encounter } = this.cell;
      const first = await this.firstRun();
      this.stage = 'the second run';
      let last = await this.secondRun(first);
      if (encounter.kind === 'loss at the seal' || encounter.kind === 'loss at an undo') last = await this.thirdRun(last);
      this.stage = 'the end of the last run';
      const end = await this.endOf(last);
      await this.expectEnd(end);
      const { timeline } = end;
      this.stage = 'the requests in flight';
      await this.script.land();
      this.stage = 'the world';
      if (timeline.state === 'COMPLETED') await profile.saga.expectDone(this.businessId);
      else await profile.saga.expectRolledBack(this.businessId);
    } finally {
      this.worker.forget(this.sagaId);
    }
  }

  /** Runs the saga once. @returns its steps. */
  async undisturbed(): Promise<SagaTimeline['steps']> {
    const run = this.script.beginRun();
    const handle = await this.start();
    this.decide(handle, run, 'approve');
    const { timeline } = await this.endOf(handle);
    expect(timeline.state).toBe('COMPLETED');
    return timeline.steps;
  }

  private async firstRun(): Promise<WorkflowHandle> {
    const { cut, profile } = this.cell;
    if (cut === 'ended') {
      const run = this.script.beginRun();
      const handle = await this.start();
      this.decide(handle, run, 'approve');
      await handle.result();
      return handle;
    }
    const step = profile.steps[cut.at]!.name;
    const run = this.script.beginRun({ cut: { request: step, loss: cut.loss } });
    const handle = await this.start();
    this.decide(handle, run, 'approve');
    await Promise.race([run.cutReached, mustNotEnd(handle)]);
    await run.hasAnswers(profile.steps.flatMap(({ name }) => (name !== step && inParallel(name, step) ? [name] : [])));
    return handle;
  }

  private async secondRun(first: WorkflowHandle): Promise<WorkflowHandle> {
    const { encounter, cut } = this.cell;
    if (encounter.kind !== 'reset' && cut !== 'ended') await first.terminate('lost on purpose');
    const run = this.script.beginRun(this.rules());
    this.secondCut = run.cutReached;
    const again = cut === 'ended' ? ('ALLOW_DUPLICATE' as const) : undefined;
    switch (encounter.kind) {
      case 'abort':
      case 'loss at the seal':
      case 'loss at an undo': {
        this.abortAnswer = this.abortFirst(again);
        return this.begun(run, this.abortAnswer);
      }
      case 'cancel': {
        const handle = await this.start({ again, startDelay: CANCEL_FIRST_MS });
        await handle.cancel();
        return handle;
      }
      case 'settle run':
        return this.start({ again, settle: true });
      case 'reset':
        return this.decided(await this.reset(first), run, 'approve');
      case 'decline':
        return this.decided(await this.start({ again }), run, 'decline');
      case 'expiry':
        return this.start({ again });
      case 'refusal': {
        const handle = await this.start({ again });
        if (this.cell.profile.steps.find(({ name }) => name === encounter.step)?.kind === 'retriable')
          void this.retry(handle, run, encounter.step);
        return this.decided(handle, run, 'approve');
      }
      case 'nothing':
      case 'approve':
      case 'away shorter':
      case 'away longer':
      case 'forward deadline':
        return this.decided(await this.start({ again }), run, 'approve');
    }
  }

  /** Begins once the second run has been lost where it should be; one that has ended before is the last. */
  private async thirdRun(second: WorkflowHandle): Promise<WorkflowHandle> {
    this.stage = 'the loss of the second run';
    const reached = await Promise.race([this.secondCut!.then(() => true), hasEnded(second).then(() => false)]);
    if (!reached) return second;
    await second.terminate('lost on purpose');
    const run = this.script.beginRun();
    return this.decided(await this.start(), run, 'approve');
  }

  private secondCut: Promise<void> | undefined;

  private rules(): RunRules {
    const { encounter, profile } = this.cell;
    switch (encounter.kind) {
      case 'forward deadline':
        return { away: { step: profile.steps[0]!.name, longer: true } };
      case 'away shorter':
      case 'away longer':
        return { away: { step: encounter.step, longer: encounter.kind === 'away longer' } };
      case 'refusal':
        return { refused: encounter.step };
      case 'loss at the seal':
        return { cut: { request: sealOf(encounter.step), loss: encounter.loss } };
      case 'loss at an undo':
        return { cut: { request: undoOf(encounter.step), loss: encounter.loss } };
      case 'nothing':
      case 'abort':
      case 'cancel':
      case 'settle run':
      case 'reset':
      case 'approve':
      case 'decline':
      case 'expiry':
        return {};
    }
  }

  private startOptions(policy?: Partial<SagaPolicy>) {
    const { type } = this.saga;
    return {
      workflowId: this.sagaId,
      taskQueue: this.worker.taskQueue,
      workflowIdConflictPolicy: 'FAIL' as const,
      args: [policy ? { ...this.request, policy: { ...policyOf(this.cell), ...policy } } : this.request],
      typedSearchAttributes: [
        { key: searchAttributes.sagaType, value: type },
        { key: searchAttributes.sagaState, value: 'RUNNING' },
        { key: searchAttributes.businessId, value: this.businessId },
      ],
    };
  }

  private start({
    again = 'ALLOW_DUPLICATE_FAILED_ONLY',
    settle,
    startDelay,
  }: { again?: 'ALLOW_DUPLICATE' | undefined | 'ALLOW_DUPLICATE_FAILED_ONLY'; settle?: true; startDelay?: number } = {}) {
    return this.worker.client.workflow.start(this.saga.type, {
      ...this.startOptions(settle && { settle }),
      workflowIdReusePolicy: again,
      ...(startDelay === undefined ? {} : { startDelay }),
    });
  }

  /** The run that has been started with an update. Its start is answered together with the update, which may be too late. */
  private async begun(run: ScriptedRun, answer: Promise<AbortAnswer>): Promise<WorkflowHandle> {
    const answered = async () => {
      const is = await answer;
      if (run.runId === undefined) throw new Error(`The abort was answered before the saga had begun: ${is}`);
    };
    await Promise.race([run.begun, answered()]);
    return this.worker.client.workflow.getHandle(this.sagaId, run.runId);
  }

  /** Starts a run whose first workflow task has the abort with it. */
  private abortFirst(again: 'ALLOW_DUPLICATE' | undefined): Promise<AbortAnswer> {
    const operation = new WithStartWorkflowOperation(this.saga.type, {
      ...this.startOptions(),
      workflowIdReusePolicy: again ?? 'ALLOW_DUPLICATE_FAILED_ONLY',
    });
    return this.worker.client.workflow
      .executeUpdateWithStart(abortUpdate, { startWorkflowOperation: operation })
      .then((): AbortAnswer => 'rolled back')
      .catch((error: unknown): AbortAnswer => {
        if (isUpdateFailure(error, sagaFailures.pastPivot)) return 'past pivot';
        return 'lost'; // its run was
      });
  }

  /** As the CLI does with `--type FirstWorkflowTask`. */
  private async reset(first: WorkflowHandle): Promise<WorkflowHandle> {
    const { events } = await first.fetchHistory();
    const completed = events?.find(({ workflowTaskCompletedEventAttributes }) => workflowTaskCompletedEventAttributes);
    const scheduled = events?.find(({ workflowTaskScheduledEventAttributes }) => workflowTaskScheduledEventAttributes);
    const finish = completed ? Number(completed.eventId) : Number(scheduled!.eventId) + 1;
    const { runId } = await this.worker.connection.workflowService.resetWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: this.sagaId, runId: (await first.describe()).runId },
      workflowTaskFinishEventId: finish as never,
      reason: 'lost on purpose',
      requestId: randomUUID(),
    });
    return this.worker.client.workflow.getHandle(this.sagaId, runId);
  }

  private decided(handle: WorkflowHandle, run: ScriptedRun, decision: 'approve' | 'decline'): WorkflowHandle {
    this.decide(handle, run, decision);
    return handle;
  }

  /** Decides about the trip as soon as it waits, if it ever does. */
  private decide(handle: WorkflowHandle, run: ScriptedRun, decision: 'approve' | 'decline'): void {
    if (!this.saga.approval) return;
    const update = decision === 'approve' ? approveUpdate : declineUpdate;
    const asked = () => run.answered.has('request approval');
    void this.whileRunning(handle, run, asked, () => handle.executeUpdate(update, { args: [{}], updateId: randomUUID() }));
  }

  /** An operator has the refused step tried again. */
  private retry(handle: WorkflowHandle, run: ScriptedRun, step: string): Promise<void> {
    const resolution = { step, action: 'retry' as const, note: 'The refusal was on demand.' };
    return this.whileRunning(
      handle,
      run,
      () => run.isRefused,
      () => handle.executeUpdate(resolveUpdate, { args: [resolution] }),
    );
  }

  /** Sends an update until the saga has accepted it, or its run is over. */
  private async whileRunning(handle: WorkflowHandle, run: ScriptedRun, when: () => boolean, send: () => Promise<unknown>) {
    const over = Promise.race([hasEnded(handle), run.lost]).then(() => true);
    while (!(await Promise.race([over, pause()]))) {
      if (!when()) continue;
      try {
        await send();
        return;
      } catch {
        // Not yet in need of it, or no longer.
      }
    }
  }

  private async endOf(handle: WorkflowHandle): Promise<{ timeline: SagaTimeline; isCancelled: boolean }> {
    const isCancelled = await handle.result().then(
      () => false,
      (error: unknown) => {
        if (error instanceof WorkflowFailedError && error.cause instanceof CancelledFailure) return true;
        throw error;
      },
    );
    const { runId } = await this.worker.client.workflow.getHandle(this.sagaId).describe();
    const timeline = await eventually(
      async () => this.worker.timelineOf(runId),
      (found) => found !== undefined,
    );
    return { timeline: timeline!, isCancelled };
  }

  private async expectEnd({ timeline, isCancelled }: { timeline: SagaTimeline; isCancelled: boolean }): Promise<void> {
    const { encounter, profile } = this.cell;
    const expected = expectedEnd(this.cell);
    expect(timeline.state, JSON.stringify(timeline.steps)).toBe(expected);
    expect(isCancelled).toBe(encounter.kind === 'cancel' && expected === 'COMPENSATED');
    if (encounter.kind === 'abort')
      expect(await this.abortAnswer).toBe(expected === 'COMPENSATED' ? 'rolled back' : 'past pivot');
    if (expected === 'COMPLETED') this.expectAllDone(timeline);
    else if (this.isProven(timeline)) expectRefused(timeline, profile.outline, this.refusedStep());
    else expectSealed(timeline, profile.outline, encounter.kind.startsWith('loss') || encounter.kind === 'refusal');
  }

  /** Whether a refusal has proven how far the saga has come: in a run that has not waited for a person. */
  private isProven({ steps }: SagaTimeline): boolean {
    const { kind } = this.cell.encounter;
    const waited = steps.some(({ name, state, startedAt }) => name === 'request approval' && state !== 'REFUSED' && startedAt);
    return (kind === 'refusal' || kind.startsWith('loss')) && !waited;
  }

  private refusedStep(): string | undefined {
    const { encounter } = this.cell;
    return encounter.kind === 'refusal' ? encounter.step : undefined;
  }

  /** Each step once. Nobody is asked for approval again once the pivot has happened, and a pivot of another way may be sealed. */
  private expectAllDone({ steps, held }: SagaTimeline): void {
    expect(held).toEqual([]);
    const wanted = this.cell.profile.steps.map(({ name }) => name);
    const onTheWay = steps.filter(({ name, state }) => wanted.includes(name) || state !== 'SEALED');
    for (const { name, state } of onTheWay) expect(state, name).toBe('DONE');
    const names = onTheWay.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.toSorted()).toEqual(wanted.filter((name) => names.includes(name) || !approvalSteps.has(name)).toSorted());
  }
}

const pause = () => new Promise<false>((resolve) => setTimeout(() => resolve(false), 50));

/** Resolves when the run is over, however. */
const hasEnded = (handle: WorkflowHandle): Promise<void> =>
  handle.result().then(
    () => undefined,
    () => undefined,
  );

async function mustNotEnd(handle: WorkflowHandle): Promise<never> {
  await hasEnded(handle);
  throw new Error('The first run has ended before it came to its cut.');
}

function isUpdateFailure(error: unknown, type: string): boolean {
  return error instanceof WorkflowUpdateFailedError && (error.cause as { type?: string } | undefined)?.type === type;
}
