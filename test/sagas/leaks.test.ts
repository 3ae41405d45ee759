import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { Leak } from '../../contracts/saga/leak.resource.js';
import type { Page } from '../../contracts/values/page.js';
import { ParticipantHarness } from '../services/participant.harness.js';
import { clearFaults, ended, eventually, get, placeOrder, richestCustomer } from '../support/api.js';
import { system } from '../support/system.js';
import { bookTrip, dayOf, plentifulTrip } from '../support/trips.js';

const hotel = new ParticipantHarness('hotel', () => system().hotelUrl);
const customer = new ParticipantHarness('customer', () => system().customerUrl);
afterEach(clearFaults);

async function leaksOf(id: string): Promise<Leak[]> {
  const leaks: Leak[] = [];
  for (let after = ''; ;) {
    const { items, next } = await get<Page<Leak>>(`/v1/leaks?limit=200${after}`);
    leaks.push(...items.filter((leak) => leak.id.includes(id) || leak.sagaId.includes(id)));
    if (next === null) return leaks;
    after = `&after=${encodeURIComponent(next)}`;
  }
}
const leakedHolds = async (participant: string): Promise<number> => {
  const text = await (await fetch(new URL('/metrics', system().sagaUrl))).text();
  return Number(new RegExp(`^leaked_holds\\{participant="${participant}"\\} (\\d+)$`, 'm').exec(text)?.[1]);
};

describe('the leak sweep', () => {
  it('finds a room that is held for a trip that is none, and forgets it once it is released', async () => {
    const tripId = randomUUID();
    const room = { hotelId: 'HOTEL-ASTORIA', checkIn: dayOf(40), checkOut: dayOf(41), rooms: 1 };
    const reserved = await hotel.send('reserveRoom', { tripId, holdForMs: 600_000, ...room });
    expect(reserved.status, JSON.stringify(reserved.body)).toBe(200);

    const [leak] = await eventually(
      () => leaksOf(tripId),
      (leaks) => leaks.length === 1,
      20_000,
    );
    expect(leak).toMatchObject({
      participant: 'hotel',
      kind: 'reservation',
      sagaId: `book-trip:${tripId}`,
      heldSince: expect.any(String),
    });
    expect(await leakedHolds('hotel')).toBeGreaterThanOrEqual(1);

    expect((await hotel.send('cancelRoom', { tripId })).status).toBe(200);
    await eventually(
      () => leaksOf(tripId),
      (leaks) => leaks.length === 0,
      20_000,
    );
  });

  it('finds credit that stays reserved for an order after its saga has ended', async () => {
    const customerId = await richestCustomer();
    const orderId = randomUUID();
    const reserved = await customer.send('reserveCredit', { customerId, orderId, amount: { amount: 100, currency: 'EUR' } });
    expect(reserved.status, JSON.stringify(reserved.body)).toBe(200);
    await eventually(
      () => leaksOf(orderId),
      (leaks) => leaks.length === 1 && leaks[0]?.kind === 'credit',
      20_000,
    );
    expect((await customer.send('releaseCredit', { orderId })).status).toBe(200);
  });

  it('leaves alone what orders and trips own', async () => {
    const { sagaId, orderId } = await placeOrder(await richestCustomer(), 1);
    const booked = await bookTrip(plentifulTrip(41));
    await Promise.all([ended(sagaId), ended(booked.sagaId)]);
    // A leak that is planted later is checked later.
    const planted = randomUUID();
    await hotel.send('reserveRoom', {
      tripId: planted,
      holdForMs: 600_000,
      hotelId: 'HOTEL-ASTORIA',
      checkIn: dayOf(42),
      checkOut: dayOf(43),
      rooms: 1,
    });
    await eventually(
      () => leaksOf(planted),
      (leaks) => leaks.length === 1,
      20_000,
    );
    await hotel.send('cancelRoom', { tripId: planted });
    expect(await leaksOf(orderId)).toEqual([]);
    expect(await leaksOf(booked.tripId)).toEqual([]);
  });
});
