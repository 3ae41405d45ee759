import { expect } from 'vitest';
import type { Page } from '../../contracts/values/page.js';
import type { Reservation } from '../../contracts/reservation/reservation.resource.js';
import type { Trip, TripAccepted } from '../../contracts/trip/trip.resource.js';
import { itemsIn } from '../../contracts/trip/trip-part.js';
import { call, get, payments } from './api.js';
import { sampleParts } from './trip-part-samples.js';

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

/** A trip with every part that there is, all of them plentiful, from `offset` days on. */
export const plentifulTrip = (offset = 0) => ({
  customerId: 'CUST-ALICE',
  paymentMethod: 'pm_ok',
  ...sampleParts('plenty', dayOf(offset)),
});

/** The same trip of scarce parts. */
export const scarceTrip = (offset = 0) => ({ ...plentifulTrip(offset), ...sampleParts('scarce', dayOf(offset)) });

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
  for (const [name, { state }] of itemsIn(booked)) expect(state, name).toBe('CONFIRMED');
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
