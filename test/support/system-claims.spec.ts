import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { claimPlace, serveClaims, type SystemClaims } from './system-claims.js';

let claims: SystemClaims;
beforeEach(async () => {
  claims = await serveClaims(2);
});
afterEach(() => claims.close());

it('gives each who claims a place of its own', async () => {
  const [one, two] = await Promise.all([claimPlace(claims.port), claimPlace(claims.port)]);
  expect([one.place, two.place].toSorted()).toEqual([0, 1]);
});

it('lets a third one wait until a place is given back, and gives it that', async () => {
  const [one] = await Promise.all([claimPlace(claims.port), claimPlace(claims.port)]);
  const third = claimPlace(claims.port);
  expect(await Promise.race([third, delay(200, 'nothing yet')])).toBe('nothing yet');
  one.giveBack();
  expect((await third).place).toBe(one.place);
});
