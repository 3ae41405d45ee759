import { expect, it } from 'vitest';
import { Dice } from './dice.js';

const draws = (seed: number) => {
  const dice = new Dice(seed);
  return Array.from({ length: 1_000 }, () => dice.next());
};

it('draws the same for the same seed, and something else for another', () => {
  expect(draws(7)).toEqual(draws(7));
  expect(draws(7)).not.toEqual(draws(8));
  for (const one of draws(7)) expect(one >= 0 && one < 1).toBe(true);
});

it('draws each key as often as its weight says', () => {
  const dice = new Dice(1);
  const drawn = Array.from({ length: 10_000 }, () => dice.weighted({ often: 3, seldom: 1, never: 0 }));
  const share = (key: string) => drawn.filter((one) => one === key).length / drawn.length;
  expect(share('often')).toBeCloseTo(0.75, 1);
  expect(share('never')).toBe(0);
});

it('gives a fork draws of its own', () => {
  const [one, other] = [new Dice(1), new Dice(1)];
  const fork = one.fork();
  other.fork();
  fork.next();
  expect(one.next()).toBe(other.next());
});
