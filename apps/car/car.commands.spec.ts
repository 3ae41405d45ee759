import { describe, expect, it } from 'vitest';
import { toItem } from './car.commands.js';

describe('the item of a reservation: car', () => {
  it('takes one car of the class at its location, from the day of pick-up to the day of drop-off', () => {
    const rental = { carClass: 'ONLY-ONE', location: 'AMS', pickUp: '2027-05-30', dropOff: '2027-06-01' };
    expect(toItem(rental)).toEqual({
      resource: 'ONLY-ONE@AMS',
      firstDay: '2027-05-30',
      lastDay: '2027-06-01',
      units: 1,
      request: rental,
    });
  });
});
