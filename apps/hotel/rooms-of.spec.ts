import { describe, expect, it } from 'vitest';
import { roomsOf } from './rooms-of.js';

describe('roomsOf', () => {
  it('takes the rooms for every night, and not on the day of check-out', () => {
    const stay = { hotelId: 'HOTEL-TWO', checkIn: '2027-05-30', checkOut: '2027-06-02', rooms: 2 };
    expect(roomsOf(stay)).toEqual({
      resource: 'HOTEL-TWO',
      firstDay: '2027-05-30',
      lastDay: '2027-06-01',
      units: 2,
      request: stay,
    });
  });
});
