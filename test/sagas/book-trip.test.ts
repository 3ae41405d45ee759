import { Client, Connection } from '@temporalio/client';
import { afterEach, describe, expect, it } from 'vitest';
import { type ReservationParticipant, reservationParticipants } from '../../contracts/participant/participants.js';
import { partsIn } from '../../contracts/trip/trip-part.js';
import type { ResolveAction } from '../../contracts/saga/saga-state.js';
import { call, clearFaults, ended, eventually, saga, setFault, viaGateway } from '../support/api.js';
import { startTestGateway } from '../support/gateway.harness.js';
import { system } from '../support/system.js';
import { bookTrip, dayOf, expectBooked, expectNothingBooked, plentifulTrip, reservationsOf, trip } from '../support/trips.js';
import { abortUpdate } from '../../workflows/saga/saga.contract.js';
import { ParticipantHarness } from '../services/participant.harness.js';
import { assertInventoryConsistent } from './consistency.harness.js';
import { answerTo, answered } from './step-target.harness.js';

afterEach(clearFaults);

/** The participants that have a reservation of the trip, and those that a whole trip has one of. */
const participantsOf = async (tripId: string) => (await reservationsOf(tripId)).map(({ participant }) => participant).toSorted();
const allBut = (...names: ReservationParticipant[]) => reservationParticipants.filter((name) => !names.includes(name)).toSorted();

/** Every part, and more seats than the flight has. */
const fullFlight = () => ({ ...plentifulTrip(), flights: [{ flightId: 'FLIGHT-THREE', date: dayOf(0), seats: 4 }] });

describe('bookTrip', () => {
  it('books as many trips as there are seats and compensates the rest while a tenth of the answers is lost', async () => {
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
    // With the deadlines that sagas have by default: fifty at once take longer than impatient ones wait.
    const usual = await startTestGateway({ SAGA_FAST_STEP_MS: 1_000, SAGA_STEP_DEADLINE_MS: 30_000 });
    let booked: Awaited<ReturnType<typeof bookTrip>>[];
    try {
      booked = await viaGateway(usual.url, () => Promise.all(Array.from({ length: 50 }, () => bookTrip(body))));
    } finally {
      await usual.close();
    }
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

  it('blames no part when it is aborted, also when one is refused after that', async () => {
    // The first attempt is still in progress when the abort arrives. It arrives when the worker reports its workflow task, after 8 s.
    const patient = await startTestGateway({ SAGA_FAST_STEP_MS: 60_000 });
    const connection = await Connection.connect({ address: system().temporalAddress });
    try {
      await setFault({ participant: 'hotel', operation: 'reserveRoom', mode: 'delay', delayMs: 16_000 });
      const { hotel, ...others } = plentifulTrip();
      const full = { ...others, hotel: { ...hotel, hotelId: 'HOTEL-TWO', rooms: 3 } };
      const { tripId, sagaId } = await viaGateway(patient.url, () => bookTrip(full));
      await answered(sagaId, { name: 'reserve seat' });
      await new Client({ connection }).workflow.getHandle(sagaId).executeUpdate(abortUpdate);
      const { steps } = await ended(sagaId);
      expect(steps.find(({ name }) => name === 'reserve room')).toMatchObject({
        state: 'REFUSED',
        error: { code: 'HOTEL_FULL' },
      });
      await expectNothingBooked(tripId, 'ABORTED');
      expect((await trip(tripId)).failure?.part).toBe('trip');
    } finally {
      await connection.close();
      await patient.close();
    }
  });

  it('undoes a room that was still being reserved when the flight was refused', async () => {
    // A first try that takes its time, so that the room is reserved after the refusal and is known to be.
    const patient = await startTestGateway({ SAGA_FAST_STEP_MS: 9_000 });
    try {
      await setFault({ participant: 'hotel', operation: 'reserveRoom', mode: 'delay', delayMs: 1_000 });
      const { tripId, sagaId } = await viaGateway(patient.url, () => bookTrip(fullFlight()));
      await answered(sagaId, { name: 'reserve seat' });
      expect(await answerTo(sagaId, { name: 'reserve room' })).toBeUndefined();
      expect(await answered(sagaId, { name: 'reserve room' })).toMatchObject({ status: 200 });
      expect((await ended(sagaId)).state).toBe('COMPENSATED');
      await expectNothingBooked(tripId, 'FLIGHT_FULL');
      expect(await participantsOf(tripId)).toEqual(allBut('flight'));
    } finally {
      await patient.close();
    }
  });

  it('does not wait for a hanging room when the flight was refused, and refuses the late room', async () => {
    await setFault({ participant: 'hotel', operation: 'reserveRoom', mode: 'delay', delayMs: 5_000 });
    const { tripId, sagaId } = await bookTrip(fullFlight());
    expect((await ended(sagaId)).state).toBe('COMPENSATED');
    expect(await answerTo(sagaId, { name: 'reserve room' })).toBeUndefined();
    await expectNothingBooked(tripId, 'FLIGHT_FULL');
    expect(await answered(sagaId, { name: 'reserve room' })).toMatchObject({ status: 409 });
    await expectNothingBooked(tripId, 'FLIGHT_FULL');
    expect(await participantsOf(tripId)).toEqual(allBut('flight', 'hotel'));
  });

  it('fails by its deadline when the hotel hangs, and refuses the room when it comes after all', async () => {
    const impatient = await startTestGateway({ SAGA_FAST_STEP_MS: 500, SAGA_STEP_DEADLINE_MS: 2_000 });
    try {
      await setFault({ participant: 'hotel', operation: 'reserveRoom', mode: 'delay', delayMs: 8_000 });
      const { tripId, sagaId } = await viaGateway(impatient.url, () => bookTrip());
      expect((await ended(sagaId)).state).toBe('COMPENSATED');
      expect(await answerTo(sagaId, { name: 'reserve room' })).toBeUndefined();
      expect((await trip(tripId)).failure).toMatchObject({ part: 'hotel', code: 'PARTICIPANT_UNAVAILABLE' });
      await expectNothingBooked(tripId, 'PARTICIPANT_UNAVAILABLE');
      expect(await answered(sagaId, { name: 'reserve room' })).toMatchObject({ status: 409 });
      await expectNothingBooked(tripId, 'PARTICIPANT_UNAVAILABLE');
      await assertInventoryConsistent();
    } finally {
      await impatient.close();
    }
  });

  describe('when the car service refuses to cancel', () => {
    /** A trip that was refused at its pivot; everything but the car is released. */
    async function stuck(): Promise<{ tripId: string; sagaId: string }> {
      await setFault({ participant: 'payment', operation: 'capture', mode: 'refuse', times: 1 });
      await setFault({ participant: 'car', operation: 'cancelCar', mode: 'refuse' });
      const booked = await bookTrip();
      const { steps } = await eventually(
        () => saga(booked.sagaId),
        ({ steps }) => steps.some(({ name, state }) => name === 'fail trip' && state === 'COMPENSATED'),
      );
      expect((await saga(booked.sagaId)).state).toBe('NEEDS_ATTENTION');
      const compensations = steps.filter(({ compensates }) => compensates !== undefined);
      for (const { name, state } of compensations)
        expect([name, state]).toEqual([name, name === 'cancel car' ? 'NEEDS_ATTENTION' : 'COMPENSATED']);
      expect(await partsHeld(booked.tripId)).toEqual(['car']);
      const facts = await new ParticipantHarness('trip', () => system().tripUrl).facts('trip', booked.tripId);
      expect(JSON.parse(facts.at(-1)!.data)).toMatchObject({ failure: { code: 'CAPTURE_DECLINED' }, except: ['car'] });
      return booked;
    }
    const resolve = async (sagaId: string, action: ResolveAction) => {
      const decision = { step: 'cancel car', action, note: `operator says ${action}` };
      expect((await call('POST', `/v1/sagas/${sagaId}/resolve`, decision)).status).toBe(200);
    };
    const partsHeld = async (tripId: string) =>
      (await reservationsOf(tripId)).filter(({ state }) => state === 'HELD').map(({ participant }) => participant);

    it('leaves nothing once an operator has it retried after the cause is gone', async () => {
      const { tripId, sagaId } = await stuck();
      await clearFaults();
      await resolve(sagaId, 'retry');
      expect(await ended(sagaId)).toMatchObject({ state: 'COMPENSATED', held: [] });
      await expectNothingBooked(tripId, 'CAPTURE_DECLINED');
    });

    it('ends INCOMPLETE and names the car when an operator skips it', async () => {
      const { tripId, sagaId } = await stuck();
      await resolve(sagaId, 'skip');
      expect(await ended(sagaId)).toMatchObject({ state: 'INCOMPLETE', held: ['reserve car'] });
      expect(await partsHeld(tripId)).toEqual(['car']);
      expect(await trip(tripId)).toMatchObject({ state: 'FAILED', hotel: { state: 'CANCELLED' }, car: { state: 'HELD' } });
      await assertInventoryConsistent();
    });
  });

  it('does not say that a room is confirmed which an operator has left unconfirmed', async () => {
    await setFault({ participant: 'hotel', operation: 'confirmRoom', mode: 'refuse' });
    const { tripId, sagaId } = await bookTrip();
    await eventually(
      () => saga(sagaId),
      ({ state }) => state === 'NEEDS_ATTENTION',
    );
    const decision = { step: 'confirm room', action: 'skip', note: 'settled with the hotel by telephone' };
    expect((await call('POST', `/v1/sagas/${sagaId}/resolve`, decision)).status).toBe(200);
    expect(await ended(sagaId)).toMatchObject({ state: 'INCOMPLETE', held: ['confirm room'] });
    expect(await trip(tripId)).toMatchObject({ state: 'BOOKED', hotel: { state: 'HELD' }, flights: [{ state: 'CONFIRMED' }] });
    const listed = await call<{ items: object[] }>('GET', '/v1/trips?customerId=CUST-ALICE&state=BOOKED&limit=200');
    expect(listed.body.items).toContainEqual(
      expect.objectContaining({ tripId, hotel: expect.objectContaining({ state: 'HELD' }) }),
    );
  });

  it('shows for a failed trip what was reserved, and of what', async () => {
    const { tripId, sagaId } = await bookTrip(fullFlight());
    await ended(sagaId);
    const failed = await trip(tripId);
    const released = (await reservationsOf(tripId)).map(({ reservationId, price, state }) => ({ reservationId, price, state }));
    const { flights: _refused, ...others } = partsIn(failed);
    expect(released).toHaveLength(Object.keys(others).length);
    for (const { reservationId, price } of Object.values(others))
      expect(released).toContainEqual({ reservationId, price, state: 'CANCELLED' });
    expect(failed.hotel).toMatchObject({ ...fullFlight().hotel, state: 'CANCELLED' });
    expect(failed.flights).toEqual(fullFlight().flights);
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
