import { describe, expect, it } from 'vitest';
import { claimsOf } from './claim.js';

const item = (resource: string, firstDay: string, lastDay: string, units: number) => ({
  resource,
  firstDay,
  lastDay,
  units,
  request: {},
});

describe('claimsOf', () => {
  it('takes the units on every day of the range', () => {
    expect(claimsOf([item('A', '2027-05-01', '2027-05-03', 2)])).toEqual([
      { resource: 'A', day: '2027-05-01', units: 2 },
      { resource: 'A', day: '2027-05-02', units: 2 },
      { resource: 'A', day: '2027-05-03', units: 2 },
    ]);
  });

  it('adds up what several items take of the same', () => {
    const claims = claimsOf([
      item('A', '2027-05-01', '2027-05-01', 1),
      item('B', '2027-05-01', '2027-05-01', 4),
      item('A', '2027-05-01', '2027-05-01', 2),
    ]);
    expect(claims).toEqual([
      { resource: 'A', day: '2027-05-01', units: 3 },
      { resource: 'B', day: '2027-05-01', units: 4 },
    ]);
  });
});
