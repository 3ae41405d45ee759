import { describe, expect, it } from 'vitest';
import { givenEnvironment } from '../../libs/config/settings.js';
import { readable } from './explore.js';
import { randomOf, walk } from './random-sagas.js';
import { allRules, type Rules } from './rules.js';

const SAGAS = 10_000;

describe('random larger sagas', () => {
  it(`end whole: ${SAGAS} of them, with up to four lost tasks and two later runs`, () => {
    const given = givenEnvironment().PROPERTY_SEED;
    const seed = given === undefined ? Date.now() % 2 ** 31 : Number(given);
    process.stdout.write(`  the same sagas again: PROPERTY_SEED=${seed}\n`);

    const ended: Record<string, number> = {};
    let moves = 0;
    for (let index = 0; index < SAGAS; index++) {
      const { counterexample, ...walked } = walk(randomOf(seed + index));
      expect(counterexample && `${walked.saga} (number ${index})\n${readable(counterexample)}`).toBeUndefined();
      ended[walked.outcome] = (ended[walked.outcome] ?? 0) + 1;
      moves += walked.moves;
    }
    process.stdout.write(`  ${ended.COMPLETED} completed, ${ended.COMPENSATED} compensated, ${moves} moves\n`);
    expect(ended.COMPLETED).toBeGreaterThan(SAGAS / 10);
    expect(ended.COMPENSATED).toBeGreaterThan(SAGAS / 10);
    expect(ended.COMPLETED! + ended.COMPENSATED!).toBe(SAGAS);
  });

  const switches = Object.keys(allRules) as (keyof Rules)[];
  it.each(switches.filter((rule) => allRules[rule]))('do not end whole without: %s', (rule) => {
    const rules = { ...allRules, [rule]: false };
    const fails = (seed: number) => walk(randomOf(seed), rules).counterexample !== undefined;
    expect(Array.from({ length: SAGAS }, (_, index) => index).find(fails)).toBeDefined();
  });
});
