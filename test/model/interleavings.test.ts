import { describe, expect, it } from 'vitest';
import { explore, readable } from './explore.js';
import { allRules, type Rules } from './rules.js';
import type { SagaShape } from './saga-shape.js';
import { smallSagas } from './small-sagas.js';
import type { Hazards } from './system.model.js';

const { onePair, chain, retriable, longer, together, chainAndTogether, approval, stepAfterApproval, twoPivots } = smallSagas;

const lostTasks: Hazards = { losses: 2, laterRuns: 0, aborts: true, cancels: true };
const laterRun: Hazards = { losses: 1, laterRuns: 1, aborts: true, cancels: false };

let visited = 0;

/** Visits everything that may happen. @returns what goes wrong, if anything does, after it is sure that both endings occur. */
function whatGoesWrong(saga: SagaShape, hazards: Hazards, rules: Rules = allRules): string | undefined {
  const { states, ended, counterexample } = explore({ saga, rules, hazards });
  visited += states;
  process.stdout.write(`  ${saga.name}: ${states} states\n`);
  if (counterexample) return readable(counterexample);
  return ended.COMPLETED && ended.COMPENSATED ? undefined : `of two endings there are ${JSON.stringify(ended)}`;
}

describe('a saga ends completed or compensated in every interleaving', () => {
  const all = [onePair, chain, retriable, longer, together, chainAndTogether, approval, stepAfterApproval, twoPivots];

  it.each(all)('$name: two lost tasks with their zombies, an abort, a platform cancel', (saga) => {
    expect(whatGoesWrong(saga, lostTasks)).toBeUndefined();
  });

  // The largest is left out for its time: random sagas have such parts and later runs too.
  it.each(all.filter((saga) => saga !== chainAndTogether))(
    '$name: terminated, settled or reset, with a lost task and an abort',
    (saga) => {
      expect(whatGoesWrong(saga, laterRun)).toBeUndefined();
    },
  );

  it.each([chain, stepAfterApproval])('$name: also if the pivot is sealed after a refusal that proves enough', (saga) => {
    expect(whatGoesWrong(saga, lostTasks, { ...allRules, sealsAfterProof: true })).toBeUndefined();
  });

  it('and that is a great many states', () => {
    process.stdout.write(`  ${visited} states in all\n`);
    expect(visited).toBeGreaterThan(100_000);
  });
});
