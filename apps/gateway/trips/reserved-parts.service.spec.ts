import { describe, expect, it } from 'vitest';
import type { Trip } from '../../../contracts/trip/trip.resource.js';
import { type ReservedPart, withReservations } from './reserved-parts.service.js';

const hotel = { hotelId: 'HOTEL-TWO', checkIn: '2030-05-01', checkOut: '2030-05-03', rooms: 1 };
const legs = ['2030-05-01', '2030-05-03'].map((date) => ({ flightId: 'FLIGHT-THREE', date, seats: 1 }));
const trip = { tripId: 'T', state: 'FAILED', hotel, flights: legs } as unknown as Trip;
const reserved = (n: number): ReservedPart => ({
  price: { amount: n, currency: 'EUR' },
  reservationId: `res-${n}`,
  state: 'CANCELLED',
});

describe('withReservations', () => {
  it('adds its reservation to a part, and to each flight', () => {
    expect(withReservations(trip, 'hotel', [reserved(1)]).hotel).toEqual({ ...hotel, ...reserved(1) });
    expect(withReservations(trip, 'flights', [reserved(1), reserved(2)]).flights).toEqual([
      { ...legs[0], ...reserved(1) },
      { ...legs[1], ...reserved(2) },
    ]);
  });

  it('does not change a part without a matching reservation', () => {
    expect(withReservations(trip, 'hotel', [])).toBe(trip);
    expect(withReservations(trip, 'flights', [reserved(1)])).toBe(trip);
    expect(withReservations(trip, 'car', [reserved(1)])).toBe(trip);
  });
});
