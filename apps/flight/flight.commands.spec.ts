import { describe, expect, it } from 'vitest';
import { toItem } from './flight.commands.js';

describe('the item of a reservation: flight', () => {
  it('takes the seats on the day of the flight', () => {
    const leg = { flightId: 'FLIGHT-THREE', date: '2027-05-30', seats: 2 };
    expect(toItem(leg)).toEqual({
      resource: 'FLIGHT-THREE',
      firstDay: '2027-05-30',
      lastDay: '2027-05-30',
      units: 2,
      request: leg,
    });
  });
});
