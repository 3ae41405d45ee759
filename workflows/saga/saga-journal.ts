import type { ResolveAction, SagaState, SagaTimeline, StepKind, StepRecord, StepState } from '../../contracts/saga-state.js';
import type { StepFailure } from './step-failure.js';

const unsettled: ReadonlySet<StepState> = new Set<StepState>(['COMPENSATING', 'NEEDS_ATTENTION', 'SKIPPED']);

/**
 * The saga's steps as data, in the order they ran. A step's record says where its effect stands, so a compensation changes it
 * too; the compensation's own record says when it ran and how often it was tried.
 */
export class SagaJournal {
  private readonly steps: StepRecord[] = [];
  private readonly held: string[] = [];
  state: SagaState = 'RUNNING';
  pastPivot = false;

  constructor(
    private readonly type: string,
    private readonly now: () => string,
  ) {}

  begin(name: string, kind: StepKind): StepRecord {
    return this.add({ name, kind, state: 'RUNNING', attempts: 0, startedAt: this.now(), endedAt: null, error: null });
  }

  beginCompensation(name: string, of: StepRecord): StepRecord {
    of.state = 'COMPENSATING';
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

  end(record: StepRecord, state: 'DONE' | 'COMPENSATED' | 'SKIPPED'): void {
    record.state = state;
    record.endedAt = this.now();
    if (state !== 'SKIPPED') record.error = null;
  }

  /** Notes a try that has settled nothing. */
  note(record: StepRecord, failure: StepFailure): void {
    record.attempts += failure.attempts;
    record.error = { code: failure.code, detail: failure.detail };
  }

  /** Notes how a step has failed for good; where its effect stands is known only after a refusal. */
  fail(record: StepRecord, failure: StepFailure): void {
    this.note(record, failure);
    record.endedAt = this.now();
    if (failure.kind === 'refused' || failure.kind === 'unexpected') record.state = 'REFUSED';
  }

  /** Notes that something is left as it is because an operator said so. */
  hold(step: StepRecord): void {
    this.held.push(step.name);
  }

  callForAttention(record: StepRecord, failure: StepFailure): void {
    this.note(record, failure);
    for (const each of this.concerned(record)) each.state = 'NEEDS_ATTENTION';
  }

  /** Back to what it was about before it needed attention. */
  attended(record: StepRecord): void {
    for (const each of this.concerned(record)) each.state = record.compensates === undefined ? 'RUNNING' : 'COMPENSATING';
  }

  resolve(record: StepRecord, action: ResolveAction, note: string): void {
    record.resolutions = [...(record.resolutions ?? []), { action, note, at: this.now() }];
  }

  /** What an operator means by a name: a step, or a compensation by its own name or by that of the step that it takes back. */
  inNeed(name: string): StepRecord | undefined {
    const inNeed = this.steps.filter(({ state }) => state === 'NEEDS_ATTENTION');
    return inNeed.find(({ compensates }) => compensates === name) ?? inNeed.find((record) => record.name === name);
  }

  get lastStep(): string {
    return this.steps.at(-1)?.name ?? '';
  }

  /** Whether what the step is about is not as the saga would have it: not yet, or not any more, as an operator has skipped that. */
  isUnsettled(name: string): boolean {
    return this.steps.some((step) => step.name === name && unsettled.has(step.state));
  }

  get needsAttention(): boolean {
    return this.steps.some((record) => record.state === 'NEEDS_ATTENTION');
  }

  get heldSteps(): readonly string[] {
    return this.held;
  }

  timeline(): SagaTimeline {
    return { type: this.type, state: this.state, pastPivot: this.pastPivot, steps: this.steps, held: this.held };
  }

  /** What Temporal's UI shows while the saga runs. */
  toMarkdown(): string {
    const lines = this.steps.map((step) => `- ${step.name}: **${step.state}**${step.error ? ` (${step.error.code})` : ''}`);
    // Without the empty line the UI shows the list as a part of the paragraph above it.
    return [`**${this.state}**`, '', ...lines].join('\n');
  }

  /** A compensation and the step whose effect it is about. */
  private concerned(record: StepRecord): StepRecord[] {
    return record.compensates === undefined
      ? [record]
      : [record, ...this.steps.filter(({ name }) => name === record.compensates)];
  }

  private add(record: StepRecord): StepRecord {
    this.steps.push(record);
    return record;
  }
}
