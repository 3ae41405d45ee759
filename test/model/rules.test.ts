import { describe, expect, it } from 'vitest';
import { explore, readable } from './explore.js';
import { violationOf, violationOfWholeness } from './invariants.js';
import { allRules, type Rules } from './rules.js';
import { saga, type SagaShape } from './saga-shape.js';
import { smallSagas } from './small-sagas.js';
import type { Hazards } from './system.model.js';

const { chain, approval, stepAfterApproval, twoPivots } = smallSagas;
const hazards: Hazards = { losses: 2, laterRuns: 0, aborts: true, cancels: false };

interface Absence {
  rule: string;
  without: Partial<Rules>;
  saga: SagaShape;
  /** The violation. */
  violation: RegExp;
}

/** @returns the shortest counterexample, after it is printed. */
function counterexampleOf(title: string, shape: SagaShape, without: Partial<Rules>, violates = violationOf) {
  const { counterexample } = explore({ saga: shape, rules: { ...allRules, ...without }, hazards }, violates);
  if (counterexample)
    process.stdout.write(`  ${title}: ${shape.name}, ${counterexample.trace.length} moves\n${readable(counterexample)}\n`);
  return counterexample;
}

describe('each rule is needed', () => {
  const absences: Absence[] = [
    {
      rule: 'K: refusals are stored',
      without: { refusalsAreStored: false },
      saga: chain,
      violation: /^COMPENSATED, but the effect of/,
    },
    {
      rule: 'T: undos leave tombstones',
      without: { undosLeaveTombstones: false },
      saga: chain,
      violation: /^COMPENSATED, but the effect of/,
    },
    {
      rule: '1: the pivot is sealed',
      without: { pivotIsSealed: false },
      saga: chain,
      violation: /^COMPENSATED, but the effect of P/,
    },
    {
      rule: '2: forward after the pivot',
      without: { forwardAfterPivot: false },
      saga: chain,
      violation: /^COMPENSATED, but the effect of P/,
    },
    {
      rule: '3: declared steps are undone',
      without: { declaredStepsAreUndone: false },
      saga: chain,
      violation: /^COMPENSATED, but the effect of/,
    },
    {
      rule: '4: only own answers refuse',
      without: { onlyOwnAnswersRefuse: false },
      saga: chain,
      violation: /^COMPENSATED, but the effect of/,
    },
    {
      rule: '5: a proof is guarded',
      without: { proofIsGuarded: false },
      saga: approval,
      violation: /^COMPENSATED, but the effect of P/,
    },
    { rule: '6: the seal is durable', without: { sealIsDurable: false }, saga: chain, violation: /^refused by its own seal/ },
    {
      rule: '7: no settlement by hand',
      without: { nobodySettlesByHand: false },
      saga: chain,
      violation: /^COMP(LET|ENSAT)ED, but the effect of/,
    },
    {
      rule: '8: undos need ids only',
      without: { undosNeedIdsOnly: false },
      saga: chain,
      violation: /^COMPENSATED, but the effect of B/,
    },
    {
      rule: '9: the way ignores the clock',
      without: { wayIgnoresTheClock: false },
      saga: twoPivots,
      violation: /^COMPLETED, but the effect of L is there too/,
    },
    {
      rule: 'seals in order',
      without: { sealsInOrder: false },
      saga: twoPivots,
      violation: /^refused where it can only go forward/,
    },
  ];

  it.each(absences)('$rule', ({ rule, without, saga: shape, violation }) => {
    expect(counterexampleOf(`without ${rule}`, shape, without)?.violation).toMatch(violation);
    expect(explore({ saga: shape, rules: allRules, hazards }).counterexample, 'with all rules').toBeUndefined();
  });
});

describe('what the rules say', () => {
  it('rule 5: after a wait, what only the lost task has begun is undone as well', () => {
    const without = { proofIsGuarded: false, sealsAfterProof: true };
    const found = counterexampleOf('without rule 5, but sealed', stepAfterApproval, without, violationOfWholeness);
    expect(found?.violation).toBe('COMPENSATED, but the effect of B is there');
  });

  it('rule 5: in a later run a refusal proves as much, as long as keys are kept and the input is the same', () => {
    const rules = { ...allRules, proofIsGuarded: false };
    expect(explore({ saga: chain, rules, hazards: { ...hazards, losses: 1, laterRuns: 1 } }).counterexample).toBeUndefined();
  });

  it('rule 6 keeps the reason true; all or nothing does not need it, as a seal is final', () => {
    const rules = { ...allRules, sealIsDurable: false };
    for (const shape of [chain, stepAfterApproval, twoPivots]) {
      expect(explore({ saga: shape, rules, hazards }, violationOfWholeness).counterexample).toBeUndefined();
    }
  });

  it('rule 9 holds for builds too: one that goes another way leaves what the lost task of the old one did', () => {
    const shape = saga('A, P! or, by another build, A, B, P!', ['A, P!', 'A, B, P!'], { after: 0, by: 'clock' });
    expect(counterexampleOf('another build', shape, {})?.violation).toBe('COMPENSATED, but the effect of P is there');
  });

  it('rule 9 holds for people, too: a decision says whether to continue, not which way', () => {
    const shape = saga('A, wait, then B, P! or C, P!', ['A, wait, B, P!', 'A, wait, C, P!'], { after: 1, by: 'person' });
    expect(counterexampleOf('a person chooses the way', shape, {})?.violation).toMatch(
      /^COMPLETED, but the effect of . is there too$/,
    );
  });
});
