import { describe, expect, it } from 'vitest';
import { heldParts, mismatchedPart, withPartState } from './trip-parts.js';

const hotel = { hotelId: 'HOTEL-TWO', checkIn: '2030-05-01', checkOut: '2030-05-03', rooms: 1 };
const leg = { flightId: 'FLIGHT-THREE', date: '2030-05-01', seats: 1 };
const held = { reservationId: 'res-1', price: { amount: 1_000, currency: 'EUR' } };
const reserved = { hotel: { ...hotel, ...held }, flights: [leg, leg].map((one) => ({ ...one, ...held })) };

describe('trip parts', () => {
  it('holds every part as it was reserved, each flight too', () => {
    const parts = heldParts(reserved);
    expect(parts.hotel).toEqual({ ...hotel, ...held, state: 'HELD' });
    expect(parts.flights?.map(({ state }) => state)).toEqual(['HELD', 'HELD']);
    expect(parts).not.toHaveProperty('car');
  });

  it('changes the state of what was reserved, and leaves alone what never was', () => {
    const parts = withPartState('CANCELLED', heldParts(reserved));
    expect([parts.hotel, ...parts.flights!].map((part) => part?.state)).toEqual(['CANCELLED', 'CANCELLED', 'CANCELLED']);
    expect(withPartState('CANCELLED', { hotel })).toEqual({ hotel });
  });

  it('leaves the parts that are excepted in the state that they are in', () => {
    const parts = withPartState('CONFIRMED', heldParts(reserved), ['flights']);
    expect(parts.hotel?.state).toBe('CONFIRMED');
    expect(parts.flights?.map(({ state }) => state)).toEqual(['HELD', 'HELD']);
  });

  it('finds the part that does not fit what was asked for', () => {
    expect(mismatchedPart({ hotel, flights: [leg, leg] }, reserved)).toBeUndefined();
    expect(mismatchedPart({ hotel, flights: [leg] }, reserved)).toBe('flights');
    expect(mismatchedPart({ flights: [leg, leg] }, reserved)).toBe('hotel');
    expect(mismatchedPart({ ...reserved, rail: { trainId: 'TRAIN-FIVE', date: '2030-05-01', seats: 1 } }, reserved)).toBe('rail');
  });
});
