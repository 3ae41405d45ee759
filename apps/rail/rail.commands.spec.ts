import { describe, expect, it } from 'vitest';
import { toItem } from './rail.commands.js';

describe('the item of a reservation: rail', () => {
  it('takes the seats on the day of the ride', () => {
    const ride = { trainId: 'TRAIN-FIVE', date: '2027-05-30', seats: 2 };
    expect(toItem(ride)).toEqual({
      resource: 'TRAIN-FIVE',
      firstDay: '2027-05-30',
      lastDay: '2027-05-30',
      units: 2,
      request: ride,
    });
  });
});
