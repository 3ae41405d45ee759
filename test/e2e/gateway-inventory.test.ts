import { afterEach, describe, expect, it } from 'vitest';
import type { CarOffer } from '../../contracts/reservation/car.resource.js';
import type { FlightOffer } from '../../contracts/reservation/flight.resource.js';
import type { HotelOffer } from '../../contracts/reservation/hotel.resource.js';
import type { TrainOffer } from '../../contracts/reservation/rail.resource.js';
import type { Page } from '../../contracts/values/page.js';
import type { Reservation } from '../../contracts/reservation/reservation.resource.js';
import { call, ended, payments } from '../support/api.js';
import { unreachableAddress, type GatewayHarness, startTestGateway } from '../support/gateway.harness.js';
import { bookTrip, dayFromNow, paymentsOf, reservationsOf, tripOf, tripParts } from '../support/trips.js';

let gateway: GatewayHarness | undefined;
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

const list = async <Item>(path: string): Promise<Page<Item>> => {
  const { status, body } = await call<Page<Item>>('GET', path);
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
};

async function pages<Item>(path: string, limit: number): Promise<Item[]> {
  const items: Item[] = [];
  for (let after = ''; ;) {
    const page = await list<Item>(`${path}${path.includes('?') ? '&' : '?'}limit=${limit}${after}`);
    expect(page.items.length).toBeLessThanOrEqual(limit);
    items.push(...page.items);
    if (page.next === null) return items;
    after = `&after=${encodeURIComponent(page.next)}`;
  }
}

const money = { amount: expect.any(Number), currency: 'EUR' };
const onDay = { capacity: expect.any(Number), free: expect.any(Number), price: money };

describe('the inventory', () => {
  it('shows what there is for tomorrow, scarce and plentiful', async () => {
    const hotels = await list<HotelOffer>('/v1/hotels');
    for (const hotel of hotels.items)
      expect(hotel).toEqual({ hotelId: expect.any(String), name: expect.any(String), city: expect.any(String), ...onDay });
    expect(hotels.items).toContainEqual(expect.objectContaining({ hotelId: 'HOTEL-TWO', capacity: 2 }));
    const flights = await list<FlightOffer>('/v1/flights');
    for (const flight of flights.items)
      expect(flight).toEqual({ flightId: expect.any(String), from: expect.any(String), to: expect.any(String), ...onDay });
    expect(flights.items).toContainEqual(expect.objectContaining({ flightId: 'FLIGHT-THREE', capacity: 3 }));
    const cars = await list<CarOffer>('/v1/cars');
    for (const car of cars.items) expect(car).toEqual({ carClass: expect.any(String), location: expect.any(String), ...onDay });
    expect(cars.items).toContainEqual(expect.objectContaining({ carClass: 'ONLY-ONE', location: 'AMS', capacity: 1 }));
    const trains = await list<TrainOffer>('/v1/trains');
    for (const train of trains.items)
      expect(train).toEqual({ trainId: expect.any(String), from: expect.any(String), to: expect.any(String), ...onDay });
    expect(trains.items).toContainEqual(expect.objectContaining({ trainId: 'TRAIN-FIVE', capacity: 5 }));
    expect(await list('/v1/hotels')).toEqual(await list(`/v1/hotels?date=${dayFromNow(1)}`));
  });

  it('counts what is booked on its days and on no other', async () => {
    const days = 300;
    const freeOn = async (date: string) =>
      (await list<HotelOffer>(`/v1/hotels?date=${date}`)).items.find(({ hotelId }) => hotelId === 'HOTEL-DORIA')!.free;
    const around = [days - 1, days, days + 1, days + 2].map(dayFromNow);
    const before = await Promise.all(around.map(freeOn));
    const hotel = { ...tripParts(days).hotel, hotelId: 'HOTEL-DORIA', rooms: 3 };
    await ended((await bookTrip(tripOf({ hotel, flights: undefined, car: undefined }))).sagaId);
    const after = await Promise.all(around.map(freeOn));
    expect(after.map((free, index) => before[index]! - free)).toEqual([0, 3, 3, 0]);
  });

  it.each(['hotels', 'flights', 'cars', 'trains'])('pages through %s', async (kind) => {
    expect(await pages(`/v1/${kind}`, 2)).toEqual(await pages(`/v1/${kind}`, 200));
  });

  it.each(['yesterday', '2027-02-30', '1999-12-31', ''])('is refused for the date %j', async (date) => {
    expect(await call('GET', `/v1/cars?date=${date}`)).toMatchObject({ status: 422, body: { code: 'VALIDATION_FAILED' } });
  });

  it('names the unavailable participant, and still lists the units of other participants', async () => {
    gateway = await startTestGateway({ FLIGHT_URL: `http://${unreachableAddress}` });
    const flights = await fetch(`${gateway.url}/v1/flights`);
    expect(flights.status).toBe(503);
    expect(await flights.json()).toMatchObject({ code: 'PARTICIPANT_UNAVAILABLE', detail: expect.stringContaining('flight') });
    expect((await fetch(`${gateway.url}/v1/hotels`)).status).toBe(200);
    expect((await fetch(`${gateway.url}/v1/reservations?participant=hotel`)).status).toBe(200);
  });
});

describe('GET /v1/reservations', () => {
  it('shows the reservations of all participants, and pages across them', async () => {
    const flights = [1, 2].map((day) => ({ flightId: 'FLIGHT-AMS-VIE', date: dayFromNow(60 + day), seats: 1 }));
    const { tripId, sagaId } = await bookTrip(tripOf({ flights }));
    await ended(sagaId);
    const items = await reservationsOf(tripId);
    expect(items.map(({ participant }) => participant)).toEqual(['hotel', 'flight', 'flight', 'car']);
    for (const item of items)
      expect(item).toMatchObject({ tripId, state: 'CONFIRMED', reservationId: expect.any(String), price: money });
    expect(items[0]).toMatchObject(tripParts().hotel);
    for (const limit of [1, 2, 3, 4]) expect(await pages(`/v1/reservations?tripId=${tripId}`, limit)).toEqual(items);
    expect(await pages(`/v1/reservations?tripId=${tripId}&participant=flight`, 1)).toEqual(items.slice(1, 3));
    expect(await pages(`/v1/reservations?tripId=${tripId}&state=CANCELLED`, 1)).toEqual([]);
  });

  it('takes no cursor of a list that has other participants', async () => {
    const { tripId, sagaId } = await bookTrip(tripOf());
    await ended(sagaId);
    const { next } = await list<Reservation>(`/v1/reservations?tripId=${tripId}&limit=1`);
    for (const path of [`/v1/reservations?participant=hotel&after=${next}`, `/v1/reservations?participant=boat`])
      expect(await call('GET', path)).toMatchObject({ status: 422 });
  });
});

describe('GET /v1/payments', () => {
  it('shows the reservations of a trip', async () => {
    const { tripId, sagaId } = await bookTrip(tripOf({ paymentMethod: 'pm_declined' }));
    await ended(sagaId);
    expect(await paymentsOf(tripId)).toMatchObject([{ tripId, state: 'DECLINED', decline: { code: 'CARD_DECLINED' } }]);
    expect(await payments(`tripId=${tripId}&orderId=another`)).toEqual([]);
  });
});
