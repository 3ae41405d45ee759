import type { ResolveAction, SagaState, SagaTimeline, StepKind, StepRecord, StepState } from '../../contracts/saga-state.js';

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

  end(record: StepRecord, state: StepState, error?: { code: string; detail: string }): void {
    record.state = state;
    record.endedAt = this.now();
    if (error) record.error = { code: error.code, detail: error.detail };
  }

  /** Notes that an effect still stands because an operator said so. */
  hold(step: StepRecord): void {
    this.held.push(step.name);
  }

  resolve(record: StepRecord, action: ResolveAction, note: string): void {
    record.resolutions = [...(record.resolutions ?? []), { action, note, at: this.now() }];
  }

  /** The compensation that an operator means, by its own name or by the name of the step that it takes back. */
  inNeed(name: string): StepRecord | undefined {
    return this.steps.find(
      (record) =>
        record.compensates !== undefined &&
        record.state === 'NEEDS_ATTENTION' &&
        (record.name === name || record.compensates === name),
    );
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
    return [`**${this.state}**`, ...lines].join('\n');
  }

  private add(record: StepRecord): StepRecord {
    this.steps.push(record);
    return record;
  }
}
