import { describe, expect, it } from 'vitest';
import { askedParts } from './asked-parts.js';

describe('askedParts', () => {
  it('has the requested parts and nothing else, not even the names of other parts', () => {
    const hotel = { hotelId: 'HOTEL-TWO', checkIn: '2027-05-01', checkOut: '2027-05-03', rooms: 1 };
    const request = { customerId: 'CUST-ALICE', hotel, flights: undefined };
    expect(Object.entries(askedParts(request))).toEqual([['hotel', hotel]]);
  });
});
