import type { Rules } from './rules.js';
import { has, setOf, type StepSet } from './saga-shape.js';

/** The final answer of a step's key. A seal stores a refusal of its own. */
export type KeyAnswer = 'success' | 'refusal' | 'sealed';

/** All participants of a saga, step by step. */
export interface Participants {
  /** The steps whose key has this answer. */
  readonly success: StepSet;
  readonly refusal: StepSet;
  readonly sealed: StepSet;
  /** The steps whose effect is there. */
  readonly effects: StepSet;
  /** The steps that were undone, begun or not. */
  readonly tombstones: StepSet;
  /** The answer of the step that decides the way; -1 before. */
  readonly value: number;
}

/** The outcome of a request. */
export interface Landing {
  after: Participants;
  answer: KeyAnswer;
  /** For the trace. */
  how: string;
  /** Whether the participant refuses what it could as well have done. */
  isBusinessRefusal?: true;
}

/** The possible answers of a participant to a new command. */
export interface Choices {
  /** Whether it may refuse. */
  refuse: boolean;
  /** How many different successes there are. */
  values: number;
}

export const untouched: Participants = { success: 0, refusal: 0, sealed: 0, effects: 0, tombstones: 0, value: -1 };

export const answered = ({ success, refusal, sealed }: Participants): StepSet => success | refusal | sealed;

export function answerOf(now: Participants, step: number): KeyAnswer | undefined {
  if (has(now.success, step)) return 'success';
  if (has(now.refusal, step)) return 'refusal';
  return has(now.sealed, step) ? 'sealed' : undefined;
}

/** A command lands. @returns every possible outcome: one if the key has its answer (K) or the step a tombstone (T). */
export function landCommand(now: Participants, step: number, { refuse, values }: Choices, rules: Rules): Landing[] {
  const stored = answerOf(now, step);
  if (stored) return [{ after: now, answer: stored, how: stored === 'sealed' ? 'refused: sealed' : 'answers as before' }];
  const refused: Landing = {
    after: rules.refusalsAreStored ? { ...now, refusal: now.refusal | setOf(step) } : now,
    answer: 'refusal',
    how: 'refused',
  };
  if (has(now.tombstones, step)) return [{ ...refused, how: 'refused: undone' }];

  const done = { ...now, success: now.success | setOf(step), effects: now.effects | setOf(step) };
  const outcomes: Landing[] = [];
  if (values === 1) outcomes.push({ after: done, answer: 'success', how: 'done' });
  else
    for (let value = 0; value < values; value++)
      outcomes.push({ after: { ...done, value }, answer: 'success', how: `done, answer ${value}` });
  if (refuse) outcomes.push({ ...refused, isBusinessRefusal: true });
  return outcomes;
}

/** An undo lands, early or late, once or twice. */
export function landUndo(now: Participants, step: number, rules: Rules): Participants {
  const tombstones = rules.undosLeaveTombstones ? now.tombstones | setOf(step) : now.tombstones;
  return { ...now, effects: now.effects & ~setOf(step), tombstones };
}

/** A seal lands: the key's answer, or a refusal that is stored in its place. */
export function landSeal(now: Participants, step: number): Landing {
  const stored = answerOf(now, step);
  if (stored) return { after: now, answer: stored, how: stored === 'success' ? 'it has happened' : 'it never will happen' };
  return { after: { ...now, sealed: now.sealed | setOf(step) }, answer: 'sealed', how: 'sealed' };
}
