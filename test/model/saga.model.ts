import type { KeyAnswer } from './participants.model.js';
import type { Rules } from './rules.js';
import { firstOf, lastOf, type Part, type SagaShape, setOf, type StepSet, wayOf } from './saga-shape.js';

/** One execution of a saga's workflow code, and how far it has come. */
export interface Execution {
  readonly mode: 'forward' | 'committed' | 'sealing' | 'undoing' | 'ending' | 'closed';
  readonly outcome: '' | 'COMPLETED' | 'COMPENSATED' | 'TERMINATED';
  /** Whether its run is the first of the saga, and none that settles a lost one. */
  readonly firstRun: boolean;
  readonly hasWaited: boolean;
  readonly aborted: boolean;
  readonly cancelled: boolean;
  /** The position on a way. */
  readonly part: number;
  readonly way: number;
  /** For each step of the part: `?` its first try is under way, `d` in doubt, `y` done, `n` refused. */
  readonly tries: string;
  readonly begun: StepSet;
  readonly refused: StepSet;
  /** The steps whose answers it knows; noted only where an undo needs them. */
  readonly known: StepSet;
  readonly toSeal: StepSet;
  readonly sealsLocally: boolean;
  readonly toUndo: StepSet;
  /** A violation that has happened to the execution. */
  readonly fault: string;
}

/** A saga and the rules that it keeps. */
export interface RuledSaga {
  saga: SagaShape;
  rules: Rules;
}

/** Why an execution stops going forward. Only `refused` is the answer of a key. */
export type Cause = 'refused' | 'declined' | 'in doubt' | 'aborted' | 'cancelled' | 'settled by hand';

const nothingTried = { hasWaited: false, tries: '', begun: 0, refused: 0, known: 0 } as const;

export function begin(model: RuledSaga, firstRun: boolean): Execution {
  const before = { aborted: false, cancelled: false, toSeal: 0, sealsLocally: false, toUndo: 0, fault: '', outcome: '' } as const;
  return enterPart(model, { mode: 'forward', firstRun, part: 0, way: -1, ...nothingTried, ...before });
}

/** A run that settles what a lost run has left behind: it seals first, and goes back or forward then. */
export const beginSettling = (model: RuledSaga): Execution => rollBack(model, begin(model, false), 'cancelled');

const currentPart = ({ saga }: RuledSaga, run: Execution): Part | undefined =>
  run.mode === 'forward' || run.mode === 'committed' ? wayOf(saga, run.way).parts[run.part] : undefined;

/** The steps of the current part whose try is in one of these states. */
export function stepsTrying(model: RuledSaga, run: Execution, states: string): number[] {
  const part = currentPart(model, run);
  if (part === undefined || part === 'wait') return [];
  return part.filter((_, index) => states.includes(run.tries[index]!));
}

export const isWaiting = (model: RuledSaga, run: Execution): boolean => currentPart(model, run) === 'wait';

/** Whether it is before its pivot, at it, or past it. Abort, cancellation and deadlines count only before it. */
export function phaseOf({ saga }: RuledSaga, run: Execution): 'before' | 'pivot' | 'past' {
  const { pivot } = wayOf(saga, run.way);
  if (run.mode !== 'forward' || run.part > pivot) return 'past';
  return run.part === pivot ? 'pivot' : 'before';
}

function enterPart(model: RuledSaga, run: Execution): Execution {
  const part = currentPart(model, run);
  if (part === undefined) return { ...run, ...nothingTried, mode: 'ending', outcome: 'COMPLETED' };
  if (part === 'wait') {
    if (run.mode === 'committed') return goOn(model, run, 0);
    return { ...run, tries: '', hasWaited: true };
  }
  const tries = '?'.repeat(part.length);
  return phaseOf(model, run) === 'past'
    ? { ...run, ...nothingTried, tries }
    : { ...run, begun: run.begun | setOf(...part), tries };
}

/** Goes on to the next part. @param way the way from here on, if this part decides it. */
export function goOn(model: RuledSaga, run: Execution, way: number): Execution {
  return enterPart(model, { ...run, part: run.part + 1, way: model.saga.fork?.after === run.part ? way : run.way });
}

const tryStates = { success: 'y', refusal: 'n', sealed: 'n', 'in doubt': 'd' } as const;

/** Takes what a try of a step came to. Once all first tries of the part are over: forward, back, or on with what is in doubt. */
export function receive(model: RuledSaga, before: Execution, step: number, came: KeyAnswer | 'in doubt', way: number): Execution {
  const index = (currentPart(model, before) as readonly number[]).indexOf(step);
  const state = tryStates[came];
  const tries = before.tries.slice(0, index) + state + before.tries.slice(index + 1);
  const isUnexplained = came === 'sealed' && before.firstRun && before.mode === 'forward';
  const run: Execution = {
    ...before,
    tries,
    refused: state === 'n' ? before.refused | setOf(step) : before.refused,
    known: state === 'y' && !model.rules.undosNeedIdsOnly ? before.known | setOf(step) : before.known,
    fault: isUnexplained ? 'refused by its own seal, which is not in its history' : before.fault,
  };
  if (tries.includes('?')) return run;
  if (tries.includes('n')) {
    return phaseOf(model, run) === 'past'
      ? { ...run, fault: 'refused where it can only go forward' }
      : rollBack(model, run, 'refused');
  }
  return tries.includes('d') ? run : goOn(model, run, way);
}

/** Stops going forward: decides what to seal first, and what to undo if no pivot has happened. */
export function rollBack(model: RuledSaga, run: Execution, cause: Cause): Execution {
  const { saga, rules } = model;
  const isGuarded = cause === 'refused' && run.firstRun && !run.hasWaited;
  const isProof = rules.proofIsGuarded ? isGuarded : cause === 'refused' || cause === 'declined';
  const undone = isProof || !rules.declaredStepsAreUndone ? run.begun : -1;
  const toUndo = saga.compensable & undone & ~run.refused;
  const toSeal = saga.pivots & ~run.refused;
  const seals = rules.pivotIsSealed && cause !== 'settled by hand' && toSeal !== 0 && (!isProof || rules.sealsAfterProof);
  const back = { ...run, ...nothingTried, part: 0, way: -1, toUndo, known: run.known };
  return seals ? { ...back, mode: 'sealing', toSeal, sealsLocally: isProof || !rules.sealIsDurable } : undoOrEnd(back);
}

export function nextToSeal({ rules }: RuledSaga, run: Execution): number {
  if (run.mode !== 'sealing') return -1;
  return rules.sealsInOrder ? firstOf(run.toSeal) : lastOf(run.toSeal);
}

/** Takes a seal's answer: forward if the pivot has happened, back once all pivots are sealed. */
export function hearSeal(model: RuledSaga, run: Execution, step: number, answer: KeyAnswer): Execution {
  if (answer === 'success' && model.rules.forwardAfterPivot) {
    return enterPart(model, { ...run, mode: 'committed', toSeal: 0, sealsLocally: false, toUndo: 0 });
  }
  const toSeal = run.toSeal & ~setOf(step);
  return toSeal !== 0 ? { ...run, toSeal } : undoOrEnd({ ...run, toSeal, sealsLocally: false });
}

/** Last declared, first undone. */
export const nextToUndo = (run: Execution): number => (run.mode === 'undoing' ? lastOf(run.toUndo) : -1);

export const hearUndo = (run: Execution, step: number): Execution => undoOrEnd({ ...run, toUndo: run.toUndo & ~setOf(step) });

function undoOrEnd(run: Execution): Execution {
  return run.toUndo !== 0 ? { ...run, mode: 'undoing' } : { ...run, known: 0, mode: 'ending', outcome: 'COMPENSATED' };
}

const ids = new Map<string, number>();
const idOfObject = new WeakMap<Execution, number>();

/** The same number for equal executions. */
export function idOf(run: Execution): number {
  let id = idOfObject.get(run);
  if (id === undefined) {
    const flags = [run.firstRun, run.hasWaited, run.aborted, run.cancelled, run.sealsLocally].map(Number).join('');
    const steps = `${run.begun},${run.refused},${run.known},${run.toSeal},${run.toUndo}`;
    const text = `${run.mode}${run.outcome}${run.fault}${flags}${run.tries},${run.part},${run.way},${steps}`;
    id = ids.get(text) ?? ids.size;
    ids.set(text, id);
    idOfObject.set(run, id);
  }
  return id;
}
