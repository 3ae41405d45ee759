import type { Counterexample } from './explore.js';
import { violationOf } from './invariants.js';
import type { Move } from './move-list.js';
import { movesOf } from './moves.js';
import { allRules, type Rules } from './rules.js';
import { saga, type SagaShape } from './saga-shape.js';
import { type Model, start } from './system.model.js';

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
type Random = () => number;

export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const upTo = (random: Random, most: number): number => Math.floor(random() * (most + 1));
const oneOf = <Item>(random: Random, items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!;

/** A saga of two to twelve steps: some together, perhaps a wait, perhaps two ways with a pivot each. */
function randomSaga(random: Random): SagaShape {
  let used = 0;
  const part = (mark: string) =>
    Array.from({ length: 1 + upTo(random, random() < 0.3 ? 2 : 0) }, () => `${String.fromCharCode(97 + used++)}${mark}`).join(
      '|',
    );
  const parts = (least: number, most: number, mark: string) =>
    Array.from({ length: least + upTo(random, most - least) }, () => part(mark));

  const retriable = parts(0, 2, '+');
  if (random() < 0.25) {
    const raise = parts(0, 2, '');
    const declared = ['A', ...raise, 'L!', 'C!'].join(', ');
    const ways = [['A', 'L!', 'C!', ...retriable].join(', '), ['A', ...raise, 'C!', ...retriable].join(', ')];
    return saga(ways.join(' or '), ways, { after: 0, by: 'answer' }, declared);
  }
  const before = parts(1, 3, '');
  if (random() < 0.4) before.splice(1 + upTo(random, before.length - 1), 0, 'wait');
  const line = [...before, 'P!', ...retriable].join(', ');
  return saga(line, line);
}

export interface Walk {
  saga: string;
  outcome: string;
  moves: number;
  counterexample?: Counterexample;
}

/** More than any saga of the model needs once nothing goes wrong any more. */
const MOST_MOVES = 1_000;

/**
 * Leads one random saga through random hazards to its end, and lets whatever is late land after it.
 * What must hold is checked after every move.
 */
export function walk(random: Random, rules: Rules = allRules): Walk {
  const hazards = { losses: upTo(random, 4), laterRuns: upTo(random, 2), aborts: true, cancels: true };
  const model: Model = { saga: randomSaga(random), rules, hazards };
  let hazardous = upTo(random, 60);
  const hazardRate = random() * 0.5;
  const trace: string[] = [];
  let system = start(model);
  for (;;) {
    const violation = violationOf(model, system) ?? (trace.length > MOST_MOVES ? 'The saga does not end' : undefined);
    const outcome = { saga: model.saga.name, outcome: system.now.outcome, moves: trace.length };
    if (violation) return { ...outcome, counterexample: { violation, trace } };
    const move = nextMove(random, movesOf(model, system), hazardous-- > 0 ? hazardRate : 0);
    if (!move) return outcome;
    trace.push(move.label);
    system = move.to();
  }
}

/** @returns undefined once the run has ended, nothing is late any more, and no other run is to follow. */
function nextMove(random: Random, moves: readonly Move[], hazardRate: number): Move | undefined {
  const of = (kind: Move['kind']) => moves.filter((move) => move.kind === kind);
  if (random() < hazardRate) return oneOf(random, moves);
  const [progress, late] = [of('progress'), of('late')];
  if (progress.length === 0 || random() < 0.2) return oneOf(random, late.length > 0 ? late : progress);
  return oneOf(random, progress);
}
