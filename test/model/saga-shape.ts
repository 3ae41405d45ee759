export interface Step {
  name: string;
  kind: 'compensable' | 'pivot' | 'retriable';
}

/** A part of the process: steps that begin together (mostly one step), or a wait for a person. */
export type Part = readonly number[] | 'wait';

/** A set of steps, as bits. */
export type StepSet = number;
export const setOf = (...steps: readonly number[]): StepSet => steps.reduce((set, step) => set | (1 << step), 0);
export const has = (set: StepSet, step: number): boolean => (set & (1 << step)) !== 0;
export const firstOf = (set: StepSet): number => 31 - Math.clz32(set & -set);
export const lastOf = (set: StepSet): number => 31 - Math.clz32(set);

/** One way from the first part of a process to its last. */
interface Way {
  parts: readonly Part[];
  steps: StepSet;
  /** The part that is the pivot. After it the saga only goes forward. */
  pivot: number;
}

/** A choice between ways. All ways are equal up to the part `after`. */
interface Fork {
  after: number;
  /** The answer of that part's step, the decision of the person it waits for, or a clock (also: the build of the worker). */
  by: 'answer' | 'person' | 'clock';
}

/** A saga: its steps in the order of their declaration, and the ways that its process may take through them. */
export interface SagaShape {
  name: string;
  steps: readonly Step[];
  compensable: StepSet;
  pivots: StepSet;
  ways: readonly Way[];
  fork?: Fork | undefined;
}

/** @param way as an execution knows it: -1 before it is decided, where all ways are equal. */
export const wayOf = ({ ways }: SagaShape, way: number): Way => ways[Math.max(way, 0)]!;

const kinds: Readonly<Record<string, Step['kind']>> = { '!': 'pivot', '+': 'retriable' };

/**
 * Reads a saga from a line such as `A, B|C, wait, P!, R+`: `|` begins steps together, `!` marks a pivot and `+` a retriable step.
 * More lines are more ways. `declared` gives the order of declaration where it differs from the order of appearance.
 */
export function saga(name: string, lines: string | readonly string[], fork?: Fork, declared = ''): SagaShape {
  const written = [lines].flat().map((line) => line.split(', '));
  const tokens = [declared.split(', '), written]
    .flat(2)
    .flatMap((word) => (word === 'wait' || word === '' ? [] : word.split('|')));
  const steps = [...new Set(tokens)].map((token): Step => ({ name: token[0]!, kind: kinds[token[1]!] ?? 'compensable' }));
  const allOf = (kind: Step['kind']) => setOf(...steps.flatMap((step, index) => (step.kind === kind ? [index] : [])));
  const pivots = allOf('pivot');
  const ways = written.map((words): Way => {
    const parts = words.map((word) => {
      return word === 'wait' ? word : word.split('|').map((token) => steps.findIndex((step) => step.name === token[0]));
    });
    const isPivot = (part: Part) => part !== 'wait' && part.some((step) => has(pivots, step));
    return { parts, steps: setOf(...parts.flatMap((part) => (part === 'wait' ? [] : part))), pivot: parts.findIndex(isPivot) };
  });
  return { name, steps, compensable: allOf('compensable'), pivots, ways, fork };
}
