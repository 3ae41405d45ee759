/** Where a saga stands, as `GET /v1/sagas` filters by it. The last three are ends. */
export const sagaStates = [
  'RUNNING',
  'WAITING',
  'COMPENSATING',
  'NEEDS_ATTENTION',
  'COMPLETED',
  'COMPENSATED',
  'INCOMPLETE',
] as const;
export type SagaState = (typeof sagaStates)[number];

/** `compensable` steps can be undone, the one `pivot` decides, `retriable` steps after it only go forward. */
export const stepKinds = ['compensable', 'pivot', 'retriable'] as const;
export type StepKind = (typeof stepKinds)[number];

/** SEALED: a pivot that will never happen. PENDING: a step that is compensated although this run has not begun it. */
export const stepStates = [
  'PENDING',
  'RUNNING',
  'DONE',
  'REFUSED',
  'COMPENSATING',
  'COMPENSATED',
  'NEEDS_ATTENTION',
  'SKIPPED',
  'SEALED',
] as const;
export type StepState = (typeof stepStates)[number];

export const resolveActions = ['retry', 'skip', 'done'] as const;
export type ResolveAction = (typeof resolveActions)[number];

/** One line of a saga's timeline: a step, or a compensation (then `compensates` names its step). Times are RFC 3339 UTC. */
export interface StepRecord {
  name: string;
  kind: StepKind;
  state: StepState;
  /** How often the participant was asked on this workflow's account, as far as the workflow knows. */
  attempts: number;
  startedAt: string | null;
  endedAt: string | null;
  error: { code: string; detail: string } | null;
  compensates?: string;
  resolutions?: { action: ResolveAction; note: string; at: string }[];
}

/** The answer to a saga's `timeline` query. */
export interface SagaTimeline {
  type: string;
  state: SagaState;
  pastPivot: boolean;
  steps: StepRecord[];
  /** Names of what an operator skipped: steps that were not undone, so that their effect stands, or after the pivot steps that were not done. */
  held: string[];
}
