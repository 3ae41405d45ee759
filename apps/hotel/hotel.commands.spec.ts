import { describe, expect, it } from 'vitest';
import { toItem } from './hotel.commands.js';

describe('the item of a reservation: hotel', () => {
  it('takes the rooms for every night, and not on the day of check-out', () => {
    const stay = { hotelId: 'HOTEL-TWO', checkIn: '2027-05-30', checkOut: '2027-06-02', rooms: 2 };
    expect(toItem(stay)).toEqual({
      resource: 'HOTEL-TWO',
      firstDay: '2027-05-30',
      lastDay: '2027-06-01',
      units: 2,
      request: stay,
    });
  });
});
