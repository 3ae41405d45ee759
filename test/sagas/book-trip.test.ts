import { afterEach, describe, expect, it } from 'vitest';
import { call, clearFaults, ended, eventually, saga, setFault } from '../support/api.js';
import { bookTrip, dayOf, expectBooked, expectNothingBooked, plentifulTrip, reservationsOf, trip } from '../support/trips.js';

afterEach(clearFaults);

describe('bookTrip', () => {
  it('books as many trips as there are seats, and leaves nothing of the others, though a tenth of the answers is lost', async () => {
    const date = dayOf(20);
    for (const [participant, operation] of [
      ['flight', 'reserveSeat'],
      ['hotel', 'reserveRoom'],
      ['car', 'reserveCar'],
      ['payment', 'authorize'],
    ] as const) {
      await setFault({ participant, operation, mode: 'drop-response', probability: 0.1 });
    }
    const body = { ...plentifulTrip(20), flights: [{ flightId: 'FLIGHT-THREE', date, seats: 1 }] };
    const booked = await Promise.all(Array.from({ length: 50 }, () => bookTrip(body)));
    await Promise.all(booked.map(({ sagaId }) => ended(sagaId)));
    const trips = await Promise.all(booked.map(({ tripId }) => trip(tripId)));
    expect(trips.filter(({ state }) => state === 'BOOKED')).toHaveLength(3);
    for (const { tripId, state } of trips) {
      if (state === 'BOOKED') await expectBooked(tripId);
      else await expectNothingBooked(tripId, 'FLIGHT_FULL');
    }
    const offers = await call<{ items: { flightId: string; free: number }[] }>('GET', `/v1/flights?date=${date}&limit=200`);
    expect(offers.body.items.find(({ flightId }) => flightId === 'FLIGHT-THREE')?.free).toBe(0);
  });

  it.each([
    ['pm_declined', 'CARD_DECLINED'],
    ['pm_insufficient_funds', 'INSUFFICIENT_FUNDS'],
    ['pm_capture_fails', 'CAPTURE_DECLINED'],
  ])('with %s charges nothing and releases everything', async (paymentMethod, code) => {
    const { tripId, sagaId } = await bookTrip({ ...plentifulTrip(), paymentMethod });
    expect((await ended(sagaId)).state).toBe('COMPENSATED');
    await expectNothingBooked(tripId, code);
    expect((await trip(tripId)).failure?.part).toBe('payment');
  });

  it('waits for a payment that takes longer than a first try', async () => {
    const { tripId, sagaId } = await bookTrip({ ...plentifulTrip(), paymentMethod: 'pm_slow' });
    expect((await ended(sagaId)).state).toBe('COMPLETED');
    await expectBooked(tripId);
  });

  it('names the part that was refused first in the order of the request, when two are refused', async () => {
    const { hotel, car, ...others } = plentifulTrip();
    const { tripId, sagaId } = await bookTrip({
      ...others,
      hotel: { ...hotel, hotelId: 'NO-SUCH' },
      car: { ...car, carClass: 'NO-SUCH' },
    });
    await ended(sagaId);
    expect((await trip(tripId)).failure).toMatchObject({ part: 'hotel', code: 'UNKNOWN_HOTEL' });
    await expectNothingBooked(tripId, 'UNKNOWN_HOTEL');
  });

  it('waits for an operator about a car that cannot be cancelled, while the other parts are released', async () => {
    await setFault({ participant: 'payment', operation: 'capture', mode: 'refuse', times: 1 });
    await setFault({ participant: 'car', operation: 'cancelCar', mode: 'refuse' });
    const stuck = await bookTrip();
    await eventually(
      () => saga(stuck.sagaId),
      ({ steps }) => steps.some(({ name, state }) => name === 'fail trip' && state === 'COMPENSATED'),
    );
    expect((await saga(stuck.sagaId)).state).toBe('NEEDS_ATTENTION');
    const held = (await reservationsOf(stuck.tripId)).filter(({ state }) => state === 'HELD');
    expect(held.map(({ participant }) => participant)).toEqual(['car']);
    const skip = { step: 'cancel car', action: 'skip', note: 'the agency keeps it' };
    expect((await call('POST', `/v1/sagas/${stuck.sagaId}/resolve`, skip)).status).toBe(200);
    expect(await ended(stuck.sagaId)).toMatchObject({ state: 'INCOMPLETE', held: ['reserve car'] });
  });

  it('is approved by a person, or not booked', async () => {
    const approvalRequiredAbove = { amount: 1, currency: 'EUR' };
    const waiting = async () => {
      const started = await bookTrip({ ...plentifulTrip(), approvalRequiredAbove });
      await eventually(
        () => trip(started.tripId),
        ({ state }) => state === 'AWAITING_APPROVAL',
      );
      await eventually(
        () => saga(started.sagaId),
        ({ state }) => state === 'WAITING',
      );
      return started;
    };
    const approved = await waiting();
    expect((await call('POST', `/v1/trips/${approved.tripId}/approve`)).status).toBeLessThan(300);
    expect((await ended(approved.sagaId)).state).toBe('COMPLETED');
    await expectBooked(approved.tripId);

    const declined = await waiting();
    expect((await call('POST', `/v1/trips/${declined.tripId}/decline`)).status).toBeLessThan(300);
    expect((await ended(declined.sagaId)).state).toBe('COMPENSATED');
    await expectNothingBooked(declined.tripId, 'APPROVAL_DECLINED');

    const aborted = await waiting();
    expect((await call('POST', `/v1/sagas/${aborted.sagaId}/abort`)).status).toBe(202);
    expect((await ended(aborted.sagaId)).state).toBe('COMPENSATED');
    await expectNothingBooked(aborted.tripId, 'ABORTED');
  });
});
