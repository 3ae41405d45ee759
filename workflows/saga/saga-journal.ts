import type { ResolveAction, SagaState, SagaTimeline, StepKind, StepRecord, StepState } from '../../contracts/saga-state.js';
import type { StepFailure } from './step-failure.js';

const notFinal: ReadonlySet<StepState> = new Set<StepState>(['COMPENSATING', 'NEEDS_ATTENTION', 'SKIPPED']);

/**
 * The saga's steps as data, in the order they ran. A step's record says where its effect stands, so a compensation changes it
 * too; the compensation's own record says when it ran and how often it was tried.
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

  /** A step that this run has not begun, and whose outcome matters all the same: a lost workflow task may have begun it. */
  addPending(name: string, kind: StepKind): StepRecord {
    return this.add({ name, kind, state: 'PENDING', attempts: 0, startedAt: null, endedAt: null, error: null });
  }

  /** The step is asked for again, as its outcome must be known. */
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

  /** Ends what is in doubt as done: the pivot has happened, which comes after it. */
  endBeforePivot(): void {
    for (const record of this.steps) if (record.kind === 'compensable' && record.state === 'RUNNING') this.end(record, 'DONE');
  }

  endCompensation(record: StepRecord, of: StepRecord, state: 'COMPENSATED' | 'SKIPPED'): void {
    this.end(record, state);
    if (of.startedAt !== null || state === 'SKIPPED') of.state = state;
  }

  /** Notes an attempt that has settled nothing. */
  note(record: StepRecord, failure: StepFailure): void {
    record.attempts += failure.attempts;
    record.error = { code: failure.code, detail: failure.detail };
  }

  /** Notes how a step has failed for good. Only a refusal says where its effect stands: there is none. */
  fail(record: StepRecord, failure: StepFailure): void {
    this.note(record, failure);
    record.endedAt = this.now();
    if (failure.kind === 'refused') record.state = 'REFUSED';
  }

  /** Notes that something is left as it is because an operator decided so. */
  skip(step: StepRecord): void {
    this.skipped.push(step.name);
  }

  callForAttention(record: StepRecord, failure: StepFailure): void {
    this.note(record, failure);
    for (const each of this.concerned(record)) each.state = 'NEEDS_ATTENTION';
  }

  /** Back to where it was before it needed attention. */
  attended(record: StepRecord): void {
    const state = record.compensates === undefined ? 'RUNNING' : 'COMPENSATING';
    for (const each of this.concerned(record)) each.state = each.startedAt === null ? 'PENDING' : state;
  }

  resolve(record: StepRecord, action: ResolveAction, note: string): void {
    record.resolutions = [...(record.resolutions ?? []), { action, note, at: this.now() }];
  }

  /** What an operator means by a name: a step, or a compensation by its own name or by that of its step. */
  inNeed(name: string): StepRecord | undefined {
    const inNeed = this.steps.filter(({ state }) => state === 'NEEDS_ATTENTION');
    return inNeed.find(({ compensates }) => compensates === name) ?? inNeed.find((record) => record.name === name);
  }

  /** Whether the name is that of a step before the pivot, or of the pivot. */
  isUpToPivot(name: string): boolean {
    return this.steps.some((step) => step.name === name && step.compensates === undefined && step.kind !== 'retriable');
  }

  get lastStep(): string {
    return this.steps.at(-1)?.name ?? '';
  }

  /** Whether the effect of the step is not as the saga wants it: not yet, or not at all because an operator has skipped it. */
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

  /** What Temporal's UI shows while the saga runs. */
  toMarkdown(): string {
    const lines = this.steps.map((step) => `- ${step.name}: **${step.state}**${step.error ? ` (${step.error.code})` : ''}`);
    // Without the empty line the UI shows the list as a part of the paragraph above it.
    return [`**${this.state}**`, '', ...lines].join('\n');
  }

  /** A compensation and its step. */
  private concerned(record: StepRecord): StepRecord[] {
    return record.compensates === undefined
      ? [record]
      : [record, ...this.steps.filter(({ name, compensates }) => name === record.compensates && compensates === undefined)];
  }

  private add(record: StepRecord): StepRecord {
    this.steps.push(record);
    return record;
  }
}
