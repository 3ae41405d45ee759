import { describe, expect, it } from 'vitest';
import { misfit, releasedParts, requestedParts, reservedParts } from './trip-parts.js';

const hotel = { hotelId: 'HOTEL-TWO', checkIn: '2030-05-01', checkOut: '2030-05-03', rooms: 1 };
const leg = { flightId: 'FLIGHT-THREE', date: '2030-05-01', seats: 1 };
const held = { reservationId: 'res-1', price: { amount: 1_000, currency: 'EUR' } };
const reserved = { hotel: { ...hotel, ...held }, flights: [leg, leg].map((one) => ({ ...one, ...held })) };

describe('trip parts', () => {
  it('keeps what was asked for and nothing else of a command', () => {
    const command = { tripId: 'T', customerId: 'C', hotel, flights: [leg] };
    expect(requestedParts(command)).toEqual({ hotel, flights: [leg] });
  });

  it('gives every reserved part the one state, each flight too', () => {
    const parts = reservedParts(reserved, 'HELD');
    expect(parts.hotel).toEqual({ ...hotel, ...held, state: 'HELD' });
    expect(parts.flights?.map(({ state }) => state)).toEqual(['HELD', 'HELD']);
    expect(parts).not.toHaveProperty('car');
  });

  it('releases what was reserved and leaves alone what never was', () => {
    expect(releasedParts(reservedParts(reserved, 'CONFIRMED')).flights?.map(({ state }) => state)).toEqual([
      'CANCELLED',
      'CANCELLED',
    ]);
    expect(releasedParts({ hotel })).toEqual({ hotel });
  });

  it('finds the part that does not fit what was asked for', () => {
    expect(misfit({ hotel, flights: [leg, leg] }, reserved)).toBeUndefined();
    expect(misfit({ hotel, flights: [leg] }, reserved)).toBe('flights');
    expect(misfit({ flights: [leg, leg] }, reserved)).toBe('hotel');
    expect(misfit({ ...reserved, rail: { trainId: 'TRAIN-FIVE', date: '2030-05-01', seats: 1 } }, reserved)).toBe('rail');
  });
});
