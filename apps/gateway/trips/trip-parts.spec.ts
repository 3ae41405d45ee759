import { describe, expect, it } from 'vitest';
import { requestedParts, participantsFor } from './trip-parts.js';

describe('participantsFor', () => {
  it('has the participants of the parts, and those that every trip needs', () => {
    expect(participantsFor({ hotel: {}, flights: [], car: {}, rail: {} })).toEqual([
      'trip',
      'payment',
      'hotel',
      'flight',
      'car',
      'rail',
    ]);
    expect(participantsFor({ hotel: undefined, flights: [{}] })).toEqual(['trip', 'payment', 'flight']);
  });
});

describe('requestedParts', () => {
  it('has the requested parts and nothing else, not even the names of other parts', () => {
    const hotel = { hotelId: 'HOTEL-TWO', checkIn: '2027-05-01', checkOut: '2027-05-03', rooms: 1 };
    const request = { customerId: 'CUST-ALICE', hotel, flights: undefined };
    expect(Object.entries(requestedParts(request))).toEqual([['hotel', hotel]]);
  });
});
