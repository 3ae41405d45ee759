import { expect } from 'vitest';
import type { TripAccepted } from '../../apps/gateway/trips/trip.dto.js';
import type { Page } from '../../contracts/values/page.js';
import type { Reservation } from '../../contracts/reservation/reservation.resource.js';
import type { Trip } from '../../contracts/trip/trip.resource.js';
import { call, get, payments } from './api.js';

/** The day this many days from now, as `YYYY-MM-DD`. */
export const dayFromNow = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
/** A day far in the future. Each test that counts units uses its own day. */
export const dayOf = (offset: number): string => dayFromNow(60 + offset);

/** A hotel, a flight and a car, all plentiful, for a trip of two days that begins this many days from now. */
export const tripParts = (days = 60) => ({
  hotel: { hotelId: 'HOTEL-ASTORIA', checkIn: dayFromNow(days), checkOut: dayFromNow(days + 2), rooms: 1 },
  flights: [{ flightId: 'FLIGHT-BER-AMS', date: dayFromNow(days), seats: 2 }],
  car: { carClass: 'COMPACT', location: 'AMS', pickUp: dayFromNow(days), dropOff: dayFromNow(days + 2) },
});

/** A trip of those parts, with changes. */
export const tripOf = (more: object = {}) => ({ customerId: 'CUST-ALICE', paymentMethod: 'pm_ok', ...tripParts(), ...more });

/** A trip with a room, a seat, a car and a train, all of them plentiful, from `offset` days on. */
export const plentifulTrip = (offset = 0) => ({
  customerId: 'CUST-ALICE',
  paymentMethod: 'pm_ok',
  hotel: { hotelId: 'HOTEL-ASTORIA', checkIn: dayOf(offset), checkOut: dayOf(offset + 2), rooms: 1 },
  flights: [{ flightId: 'FLIGHT-AMS-VIE', date: dayOf(offset), seats: 1 }],
  car: { carClass: 'COMPACT', location: 'AMS', pickUp: dayOf(offset), dropOff: dayOf(offset + 1) },
  rail: { trainId: 'TRAIN-AMS-BER', date: dayOf(offset), seats: 1 },
});

/** The same trip of scarce parts: 2 rooms a night, and 3 seats, 1 car and 5 train places a day. */
export const scarceTrip = (offset = 0) => ({
  ...plentifulTrip(offset),
  hotel: { hotelId: 'HOTEL-TWO', checkIn: dayOf(offset), checkOut: dayOf(offset + 2), rooms: 1 },
  flights: [{ flightId: 'FLIGHT-THREE', date: dayOf(offset), seats: 1 }],
  car: { carClass: 'ONLY-ONE', location: 'AMS', pickUp: dayOf(offset), dropOff: dayOf(offset + 1) },
  rail: { trainId: 'TRAIN-FIVE', date: dayOf(offset), seats: 1 },
});

/** Books a trip. @returns the body of the 202. */
export async function bookTrip(body: object = plentifulTrip()): Promise<TripAccepted> {
  const answer = await call<TripAccepted>('POST', '/v1/trips', body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  return answer.body;
}

export const trip = (tripId: string) => get<Trip>(`/v1/trips/${tripId}`);
export const reservationsOf = async (tripId: string) =>
  (await get<Page<Reservation>>(`/v1/reservations?tripId=${tripId}&limit=200`)).items;
export const paymentsOf = (tripId: string) => payments(`tripId=${tripId}`);

/** Asserts that every part of the trip is confirmed, paid and shown. */
export async function expectBooked(tripId: string): Promise<void> {
  const booked = await trip(tripId);
  expect(booked.state).toBe('BOOKED');
  for (const part of [booked.hotel, ...(booked.flights ?? []), booked.car, booked.rail])
    if (part) expect(part.state).toBe('CONFIRMED');
  const reservations = await reservationsOf(tripId);
  expect(reservations.length).toBeGreaterThan(0);
  for (const reservation of reservations) expect(reservation, reservation.participant).toMatchObject({ state: 'CONFIRMED' });
  expect(await paymentsOf(tripId)).toMatchObject([{ state: 'CAPTURED', amount: booked.total }]);
}

/** Asserts that nothing is held and nothing is charged. */
export async function expectNothingBooked(tripId: string, code: string): Promise<void> {
  expect(await trip(tripId)).toMatchObject({ state: 'FAILED', failure: { code } });
  for (const reservation of await reservationsOf(tripId))
    expect(reservation, reservation.participant).toMatchObject({ state: 'CANCELLED' });
  for (const { state } of await paymentsOf(tripId)) expect(['VOIDED', 'DECLINED']).toContain(state);
}

/** Asserts that nothing is held and that the refund of the trip was paid. The default refund is the whole price. */
export async function expectCancelled(tripId: string, refund?: number): Promise<void> {
  const cancelled = await trip(tripId);
  expect(cancelled.state).toBe('CANCELLED');
  expect(cancelled.refund?.amount).toBe(refund ?? cancelled.total.amount);
  for (const reservation of await reservationsOf(tripId))
    expect(reservation, reservation.participant).toMatchObject({ state: 'CANCELLED' });
  const state = cancelled.refund!.amount > 0 ? 'REFUNDED' : 'CAPTURED';
  expect(await paymentsOf(tripId)).toMatchObject([{ state, amount: cancelled.total, refunded: cancelled.refund }]);
}
