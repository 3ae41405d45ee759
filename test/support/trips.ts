import { expect } from 'vitest';
import type { Page } from '../../contracts/page.js';
import type { Payment } from '../../contracts/payment.resource.js';
import type { Reservation } from '../../contracts/reservation.resource.js';
import type { Trip } from '../../contracts/trip.resource.js';
import { call } from './api.js';

/** A day far enough away for anything; each test that counts units takes a day of its own. */
export const dayOf = (offset: number): string => new Date(Date.now() + (60 + offset) * 86_400_000).toISOString().slice(0, 10);

/** A trip with a room, a seat, a car and a train, all of them plentiful, from `offset` days on. */
export const plentifulTrip = (offset = 0) => ({
  customerId: 'CUST-ALICE',
  paymentMethod: 'pm_ok',
  hotel: { hotelId: 'HOTEL-ASTORIA', checkIn: dayOf(offset), checkOut: dayOf(offset + 2), rooms: 1 },
  flights: [{ flightId: 'FLIGHT-AMS-VIE', date: dayOf(offset), seats: 1 }],
  car: { carClass: 'COMPACT', location: 'AMS', pickUp: dayOf(offset), dropOff: dayOf(offset + 1) },
  rail: { trainId: 'TRAIN-AMS-BER', date: dayOf(offset), seats: 1 },
});

/** The same of what soon runs out: there are 2 rooms a night, and 3 seats, 1 car and 5 places on the train a day. */
export const scarceTrip = (offset = 0) => ({
  ...plentifulTrip(offset),
  hotel: { hotelId: 'HOTEL-TWO', checkIn: dayOf(offset), checkOut: dayOf(offset + 2), rooms: 1 },
  flights: [{ flightId: 'FLIGHT-THREE', date: dayOf(offset), seats: 1 }],
  car: { carClass: 'ONLY-ONE', location: 'AMS', pickUp: dayOf(offset), dropOff: dayOf(offset + 1) },
  rail: { trainId: 'TRAIN-FIVE', date: dayOf(offset), seats: 1 },
});

export async function bookTrip(body: object = plentifulTrip()): Promise<{ tripId: string; sagaId: string }> {
  const answer = await call<{ tripId: string; sagaId: string }>('POST', '/v1/trips', body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  return answer.body;
}

export async function trip(tripId: string): Promise<Trip> {
  const { status, body } = await call<Trip>('GET', `/v1/trips/${tripId}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

export async function reservationsOf(tripId: string): Promise<Reservation[]> {
  const { status, body } = await call<Page<Reservation>>('GET', `/v1/reservations?tripId=${tripId}&limit=200`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body.items;
}

export async function paymentsOf(tripId: string): Promise<Payment[]> {
  const { status, body } = await call<Page<Payment>>('GET', `/v1/payments?tripId=${tripId}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body.items;
}

/** Everything that a trip has, and nothing else: confirmed, paid, shown. */
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

/** Nothing held, nothing charged. */
export async function expectNothingBooked(tripId: string, code: string): Promise<void> {
  expect(await trip(tripId)).toMatchObject({ state: 'FAILED', failure: { code } });
  for (const reservation of await reservationsOf(tripId))
    expect(reservation, reservation.participant).toMatchObject({ state: 'CANCELLED' });
  for (const { state } of await paymentsOf(tripId)) expect(['VOIDED', 'DECLINED']).toContain(state);
}

/** Nothing held any more, and what the trip says was given back was; all of it, unless told otherwise. */
export async function expectCancelled(tripId: string, refund?: number): Promise<void> {
  const cancelled = await trip(tripId);
  expect(cancelled.state).toBe('CANCELLED');
  expect(cancelled.refund?.amount).toBe(refund ?? cancelled.total.amount);
  for (const reservation of await reservationsOf(tripId))
    expect(reservation, reservation.participant).toMatchObject({ state: 'CANCELLED' });
  const state = cancelled.refund!.amount > 0 ? 'REFUNDED' : 'CAPTURED';
  expect(await paymentsOf(tripId)).toMatchObject([{ state, amount: cancelled.total, refunded: cancelled.refund }]);
}
