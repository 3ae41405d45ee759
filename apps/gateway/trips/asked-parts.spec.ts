import { describe, expect, it } from 'vitest';
import { askedParts } from './asked-parts.js';

describe('askedParts', () => {
  it('has the parts that were asked for and nothing else, not even the names of the others', () => {
    const hotel = { hotelId: 'HOTEL-TWO', checkIn: '2027-05-01', checkOut: '2027-05-03', rooms: 1 };
    const request = { customerId: 'CUST-ALICE', hotel, flights: undefined };
    expect(Object.entries(askedParts(request))).toEqual([['hotel', hotel]]);
  });
});
