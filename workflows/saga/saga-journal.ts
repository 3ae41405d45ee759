import type { ResolveAction, SagaState, SagaTimeline, StepKind, StepRecord, StepState } from '../../contracts/saga/saga-state.js';
import type { StepFailure } from './step-failure.js';

const notFinal: ReadonlySet<StepState> = new Set<StepState>(['COMPENSATING', 'NEEDS_ATTENTION', 'SKIPPED']);

/**
 * The saga's steps as data, in the order they ran. A step's record has the state of its effect, so a compensation changes it too. The
 * compensation's own record says when it ran and how often it was attempted.
 */
export class SagaJournal {
  private readonly steps: StepRecord[] = [];
  private readonly skipped: string[] = [];
  state: SagaState = 'RUNNING';
  pastPivot = false;

  constructor(
    private readonly type: string,
    private readonly now: () => string,
  ) {}

  begin(name: string, kind: StepKind): StepRecord {
    return this.add({ name, kind, state: 'RUNNING', attempts: 0, startedAt: this.now(), endedAt: null, error: null });
  }

  /** Adds a step that this run has not begun. A lost workflow task may have begun it, so its outcome matters. */
  addPending(name: string, kind: StepKind): StepRecord {
    return this.add({ name, kind, state: 'PENDING', attempts: 0, startedAt: null, endedAt: null, error: null });
  }

  /** Runs a step again whose outcome must be known. */
  resume(record: StepRecord): void {
    record.state = 'RUNNING';
    record.startedAt ??= this.now();
    record.endedAt = null;
  }

  beginCompensation(name: string, of: StepRecord): StepRecord {
    if (of.state !== 'PENDING') of.state = 'COMPENSATING';
    return this.add({
      name,
      kind: of.kind,
      state: 'COMPENSATING',
      attempts: 0,
      startedAt: this.now(),
      endedAt: null,
      error: null,
      compensates: of.name,
    });
  }

  end(record: StepRecord, state: 'DONE' | 'COMPENSATED' | 'SKIPPED' | 'SEALED'): void {
    record.state = state;
    record.endedAt = this.now();
    if (state !== 'SKIPPED') record.error = null;
  }

  /** Ends compensable steps in doubt as done: they come before the pivot, and the pivot has happened. */
  endBeforePivot(): void {
    for (const record of this.steps) if (record.kind === 'compensable' && record.state === 'RUNNING') this.end(record, 'DONE');
  }

  endCompensation(record: StepRecord, of: StepRecord, state: 'COMPENSATED' | 'SKIPPED'): void {
    this.end(record, state);
    if (of.startedAt !== null || state === 'SKIPPED') of.state = state;
  }

  /** Records a failed attempt. The step goes on. */
  note(record: StepRecord, failure: StepFailure): void {
    record.attempts += failure.attempts;
    record.error = { code: failure.code, detail: failure.detail };
  }

  /** Records the last failure of a step. Only a refusal proves that the step has no effect. */
  fail(record: StepRecord, failure: StepFailure): void {
    this.note(record, failure);
    record.endedAt = this.now();
    if (failure.kind === 'refused') record.state = 'REFUSED';
  }

  /** Records that an operator skipped the step. */
  skip(step: StepRecord): void {
    this.skipped.push(step.name);
  }

  beginAttention(record: StepRecord, failure: StepFailure): void {
    this.note(record, failure);
    for (const each of this.affectedBy(record)) each.state = 'NEEDS_ATTENTION';
  }

  /** Restores the state from before the step needed attention. */
  endAttention(record: StepRecord): void {
    const state = record.compensates === undefined ? 'RUNNING' : 'COMPENSATING';
    for (const each of this.affectedBy(record)) each.state = each.startedAt === null ? 'PENDING' : state;
  }

  resolve(record: StepRecord, action: ResolveAction, note: string): void {
    record.resolutions = [...(record.resolutions ?? []), { action, note, at: this.now() }];
  }

  /** The step that needs attention and that an operator names: a step, or a compensation by its own name or its step's. */
  findNeedingAttention(name: string): StepRecord | undefined {
    const inNeed = this.steps.filter(({ state }) => state === 'NEEDS_ATTENTION');
    return inNeed.find(({ compensates }) => compensates === name) ?? inNeed.find((record) => record.name === name);
  }

  /** Whether the name belongs to the pivot or to a step before it. */
  isUpToPivot(name: string): boolean {
    return this.steps.some((step) => step.name === name && step.compensates === undefined && step.kind !== 'retriable');
  }

  get lastStep(): string {
    return this.steps.at(-1)?.name ?? '';
  }

  /** Whether the effect of the step, or of its compensation, is still open or was skipped by an operator. */
  isNotFinal(name: string): boolean {
    return this.steps.some((step) => (step.name === name || step.compensates === name) && notFinal.has(step.state));
  }

  get needsAttention(): boolean {
    return this.steps.some((record) => record.state === 'NEEDS_ATTENTION');
  }

  get skippedSteps(): readonly string[] {
    return this.skipped;
  }

  timeline(): SagaTimeline {
    return { type: this.type, state: this.state, pastPivot: this.pastPivot, steps: this.steps, held: this.skipped };
  }

  /** The text that Temporal's UI shows while the saga runs. */
  toMarkdown(): string {
    const lines = this.steps.map((step) => `- ${step.name}: **${step.state}**${step.error ? ` (${step.error.code})` : ''}`);
    // Without the empty line the UI shows the list as a part of the paragraph above it.
    return [`**${this.state}**`, '', ...lines].join('\n');
  }

  /** A compensation and its step. */
  private affectedBy(record: StepRecord): StepRecord[] {
    return record.compensates === undefined
      ? [record]
      : [record, ...this.steps.filter(({ name, compensates }) => name === record.compensates && compensates === undefined)];
  }

  private add(record: StepRecord): StepRecord {
    this.steps.push(record);
    return record;
  }
}
