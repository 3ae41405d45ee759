import { describe, expect, it } from 'vitest';
import { seatsOf } from './seats-of.js';

describe('seatsOf', () => {
  it('takes the seats on the day of the flight', () => {
    const leg = { flightId: 'FLIGHT-THREE', date: '2027-05-30', seats: 2 };
    expect(seatsOf(leg)).toEqual({
      resource: 'FLIGHT-THREE',
      firstDay: '2027-05-30',
      lastDay: '2027-05-30',
      units: 2,
      request: leg,
    });
  });
});
