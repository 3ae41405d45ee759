import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { pageOf } from '../../contracts/values/page.js';
import { BeginTripCancellationAnswer, TripStateAnswer } from '../../contracts/trip/trip.commands.js';
import { tripEvents } from '../../contracts/trip/trip.events.js';
import { Trip } from '../../contracts/trip/trip.resource.js';
import { system } from '../support/system.js';
import { describeConformance, expectProblem } from './participant-conformance.js';
import { newKey, ParticipantHarness } from './participant.harness.js';

const harness = new ParticipantHarness('trip', () => system().tripUrl);
const EUR = (amount: number) => ({ amount, currency: 'EUR' });

const hotel = { hotelId: 'HOTEL-TWO', checkIn: '2030-05-01', checkOut: '2030-05-03', rooms: 1 };
const flights = ['2030-05-01', '2030-05-03'].map((date) => ({ flightId: 'FLIGHT-THREE', date, seats: 1 }));
const parts = {
  hotel: { ...hotel, reservationId: 'room-1', price: EUR(20_000) },
  flights: flights.map((leg, index) => ({ ...leg, reservationId: `seat-${index}`, price: EUR(5_000) })),
};
const total = EUR(30_000);
const failure = { part: 'hotel', code: 'HOTEL_FULL', detail: 'There is no room left.' };
const reason = { code: 'ABORTED', detail: 'a test' };

function creation(customerId = 'CUST-ALICE') {
  const tripId = randomUUID();
  return { tripId, customerId, hotel, flights, operationId: `book-trip:${tripId}` };
}
const state = async (tripId: string) => (await read(tripId)).state;
const read = async (tripId: string) => Trip.parse((await harness.get(`/trips/${tripId}`)).body);
const sagaOf = (tripId: string, n = 1) => `cancel-trip:${tripId}:${n}`;
const begin = (tripId: string, operationId = sagaOf(tripId)) => harness.send('beginTripCancellation', { tripId, operationId });
const undo = (tripId: string, operationId = sagaOf(tripId)) => harness.send('reinstateTrip', { tripId, operationId, reason });
const commit = (tripId: string, operationId = sagaOf(tripId)) => harness.send('commitTripCancellation', { tripId, operationId });
const confirmCancellation = (tripId: string, refund = EUR(15_000), operationId = sagaOf(tripId)) =>
  harness.send('confirmTripCancellation', { tripId, operationId, refund });
const eventsOf = (tripId: string) => harness.facts('trip', tripId);

async function booked(): Promise<string> {
  const body = creation();
  await harness.send('createTrip', body);
  expect((await harness.send('confirmTrip', { tripId: body.tripId, parts, total })).status).toBe(200);
  return body.tripId;
}

describeConformance(harness, {
  effect: () => {
    const body = creation();
    const otherBody = { ...body, customerId: 'CUST-BOB' };
    return { operation: 'createTrip', body, otherBody, aggregate: { type: 'trip', id: body.tripId } };
  },
  refusal: () => ({ operation: 'confirmTrip', body: { tripId: randomUUID(), parts, total }, code: 'TRIP_NOT_FOUND' }),
  undos: {
    failTrip: () => {
      const body = creation();
      const { tripId } = body;
      return {
        undo: { operation: 'failTrip', body: { tripId, failure } },
        late: { operation: 'createTrip', body },
        aggregate: { type: 'trip', id: tripId },
        published: ['trip.failed.v1'],
      };
    },
    withdrawApproval: async () => {
      const body = creation();
      const { tripId } = body;
      await harness.send('createTrip', body);
      return {
        undo: { operation: 'withdrawApproval', body: { tripId } },
        late: { operation: 'requestApproval', body: { tripId, parts, total } },
        aggregate: { type: 'trip', id: tripId },
      };
    },
    reinstateTrip: async () => {
      const tripId = await booked();
      const ids = { tripId, operationId: sagaOf(tripId) };
      return {
        undo: { operation: 'reinstateTrip', body: { ...ids, reason } },
        late: { operation: 'beginTripCancellation', body: ids },
        aggregate: { type: 'trip', id: tripId },
        published: ['trip.cancellation-undone.v1'],
      };
    },
  },
});

describe('trip: booking', () => {
  it('records what was asked for, and what was reserved once it is booked', async () => {
    const body = creation();
    const { tripId, operationId } = body;
    expect(await harness.send('createTrip', body)).toMatchObject({ status: 200, body: { tripId, state: 'PENDING' } });
    expect(await read(tripId)).toMatchObject({
      state: 'PENDING',
      hotel,
      flights,
      total: EUR(0),
      sagaId: operationId,
      commandCount: 0,
    });
    expect((await harness.send('confirmTrip', { tripId, parts, total })).body).toEqual({ tripId, state: 'BOOKED' });
    expect((await harness.send('confirmTrip', { tripId, parts, total })).body).toEqual({ tripId, state: 'BOOKED' });
    expect(await read(tripId)).toMatchObject({
      state: 'BOOKED',
      total,
      hotel: { ...parts.hotel, state: 'CONFIRMED' },
      flights: parts.flights.map((flight) => ({ ...flight, state: 'CONFIRMED' })),
    });
  });

  it('asks for at least one part, and for none that it does not know', async () => {
    const { hotel: _, flights: __, ...none } = creation();
    expectProblem(await harness.send('createTrip', none), 422, 'VALIDATION_FAILED');
    expectProblem(await harness.send('createTrip', { ...creation(), yacht: {} }), 422, 'VALIDATION_FAILED');
    expectProblem(await harness.send('createTrip', { ...creation(), flights: [] }), 422, 'VALIDATION_FAILED');
    const rail = { trainId: 'TRAIN-FIVE', date: '2030-05-01', seats: 1 };
    const car = { carClass: 'ONLY-ONE', location: 'AMS', pickUp: '2030-05-01', dropOff: '2030-05-02' };
    const other = { ...none, rail, car };
    expect((await harness.send('createTrip', other)).status).toBe(200);
    expect(await read(other.tripId)).toMatchObject({ rail, car });
  });

  it('waits for approval with its parts held, and can stop waiting', async () => {
    const body = creation();
    const { tripId } = body;
    await harness.send('createTrip', body);
    expect((await harness.send('requestApproval', { tripId, parts, total })).body).toEqual({
      tripId,
      state: 'AWAITING_APPROVAL',
    });
    expect((await harness.send('requestApproval', { tripId, parts, total })).body).toEqual({
      tripId,
      state: 'AWAITING_APPROVAL',
    });
    expect(await read(tripId)).toMatchObject({ state: 'AWAITING_APPROVAL', total, hotel: { ...parts.hotel, state: 'HELD' } });
    expect((await harness.send('withdrawApproval', { tripId })).body).toEqual({ tripId, state: 'PENDING' });
    expect((await harness.send('withdrawApproval', { tripId })).body).toEqual({ tripId, state: 'PENDING' });
    expect((await harness.send('withdrawApproval', { tripId: randomUUID() })).body).toMatchObject({ state: null });
    expect((await harness.send('failTrip', { tripId, failure })).body).toEqual({ tripId, state: 'FAILED' });
    expect(await read(tripId)).toMatchObject({ state: 'FAILED', failure, hotel: { state: 'CANCELLED' } });
  });

  it('is reminded of its approval once, while it waits for that', async () => {
    const body = creation();
    const { tripId } = body;
    const remind = (key?: string) => harness.send('remindApproval', { tripId }, key);
    const reminders = async () => (await eventsOf(tripId)).filter(({ name }) => name === 'trip.approval-reminded.v1');
    expectProblem(await remind(), 409, 'TRIP_NOT_FOUND');
    await harness.send('createTrip', body);
    expectProblem(await remind(), 409, 'TRIP_STATE_CONFLICT');
    await harness.send('requestApproval', { tripId, parts, total });
    const key = newKey();
    const replies = [await remind(key), await remind(key), await remind(), ...(await Promise.all([remind(), remind()]))];
    for (const reply of replies) expect(reply).toMatchObject({ status: 200, body: { tripId, state: 'AWAITING_APPROVAL' } });
    expect(await reminders()).toHaveLength(1);
    await harness.send('confirmTrip', { tripId, parts, total });
    expectProblem(await remind(), 409, 'TRIP_STATE_CONFLICT');
    expect(await reminders()).toHaveLength(1);
  });

  it('is PENDING again once it is approved, also after repeats', async () => {
    const body = creation();
    const { tripId } = body;
    const accept = (key?: string) => harness.send('acceptApproval', { tripId }, key);
    expectProblem(await accept(), 409, 'TRIP_NOT_FOUND');
    await harness.send('createTrip', body);
    expectProblem(await accept(), 409, 'TRIP_STATE_CONFLICT');
    await harness.send('requestApproval', { tripId, parts, total });
    const replies = await Promise.all([accept(), accept(), accept()]);
    for (const reply of [...replies, await accept()])
      expect(reply).toMatchObject({ status: 200, body: { tripId, state: 'PENDING' } });
    expect(await read(tripId)).toMatchObject({ state: 'PENDING', total, hotel: { state: 'HELD' } });
    // The approval is given: nobody is asked again, or reminded.
    expectProblem(await harness.send('requestApproval', { tripId, parts, total }), 409, 'TRIP_STATE_CONFLICT');
    expectProblem(await harness.send('remindApproval', { tripId }), 409, 'TRIP_STATE_CONFLICT');
    expect((await harness.send('withdrawApproval', { tripId })).body).toEqual({ tripId, state: 'PENDING' });
    expect((await harness.send('confirmTrip', { tripId, parts, total })).body).toEqual({ tripId, state: 'BOOKED' });
    expectProblem(await accept(), 409, 'TRIP_STATE_CONFLICT');
    expect((await eventsOf(tripId)).map(({ name }) => name)).toEqual([
      'trip.requested.v1',
      'trip.approval-requested.v1',
      'trip.approval-given.v1',
      'trip.booked.v1',
    ]);
  });

  it('cannot be approved once its approval is withdrawn, or it has failed', async () => {
    const trips = [creation(), creation()];
    for (const body of trips) {
      await harness.send('createTrip', body);
      await harness.send('requestApproval', { tripId: body.tripId, parts, total });
    }
    const [withdrawn, failed] = trips.map(({ tripId }) => tripId) as [string, string];
    await harness.send('withdrawApproval', { tripId: withdrawn });
    expectProblem(await harness.send('acceptApproval', { tripId: withdrawn }), 409, 'TRIP_STATE_CONFLICT');
    await harness.send('acceptApproval', { tripId: failed });
    await harness.send('failTrip', { tripId: failed, failure });
    expectProblem(await harness.send('acceptApproval', { tripId: failed }), 409, 'TRIP_STATE_CONFLICT');
    expect(await Promise.all([withdrawn, failed].map(state))).toEqual(['PENDING', 'FAILED']);
  });

  it('never awaits an approval that is withdrawn while it is requested', async () => {
    const trips = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const body = creation();
        await harness.send('createTrip', body);
        return body.tripId;
      }),
    );
    await Promise.all(
      trips.flatMap((tripId) => [
        harness.send('requestApproval', { tripId, parts, total }),
        harness.send('withdrawApproval', { tripId }),
      ]),
    );
    for (const tripId of trips) expect(await state(tripId)).toBe('PENDING');
  });

  it('is booked from approval, too', async () => {
    const body = creation();
    await harness.send('createTrip', body);
    await harness.send('requestApproval', { tripId: body.tripId, parts, total });
    await harness.send('confirmTrip', { tripId: body.tripId, parts, total });
    expect(await read(body.tripId)).toMatchObject({ state: 'BOOKED', hotel: { state: 'CONFIRMED' } });
  });

  it('refuses reserved parts that were not asked for', async () => {
    const body = creation();
    await harness.send('createTrip', body);
    for (const wrong of [{ hotel: parts.hotel }, { ...parts, flights: parts.flights.slice(1) }, {}]) {
      for (const operation of ['confirmTrip', 'requestApproval'])
        expectProblem(await harness.send(operation, { tripId: body.tripId, parts: wrong, total }), 409, 'TRIP_PARTS_MISMATCH');
    }
    expect(await state(body.tripId)).toBe('PENDING');
  });

  it('makes only the transitions of its table', async () => {
    const tripId = await booked();
    expectProblem(await harness.send('failTrip', { tripId, failure }), 409, 'TRIP_STATE_CONFLICT');
    expectProblem(await harness.send('requestApproval', { tripId, parts, total }), 409, 'TRIP_STATE_CONFLICT');
    expectProblem(await harness.send('createTrip', { ...creation(), tripId }), 409, 'TRIP_STATE_CONFLICT');
    expect((await harness.send('withdrawApproval', { tripId })).body).toEqual({ tripId, state: 'BOOKED' });
    const { tripId: failed, ...rest } = creation();
    await harness.send('createTrip', { tripId: failed, ...rest });
    await harness.send('failTrip', { tripId: failed, failure });
    expectProblem(await harness.send('confirmTrip', { tripId: failed, parts, total }), 409, 'TRIP_STATE_CONFLICT');
    expectProblem(await harness.send('requestApproval', { tripId: failed, parts, total }), 409, 'TRIP_STATE_CONFLICT');
    expectProblem(await begin(failed), 409, 'TRIP_STATE_CONFLICT');
    expect(await read(failed)).toMatchObject({ state: 'FAILED', failure });
  });
});

describe('trip: rules of single parts', () => {
  const facts = async (tripId: string, type: string) =>
    JSON.parse((await eventsOf(tripId)).find(({ name }) => name === type)!.data) as Record<string, unknown>;

  it('is booked with the parts that are excluded still held', async () => {
    const body = creation();
    const { tripId } = body;
    await harness.send('createTrip', body);
    expect((await harness.send('confirmTrip', { tripId, parts, total, excludedParts: ['flights'] })).status).toBe(200);
    const held = [{ state: 'HELD' }, { state: 'HELD' }];
    expect(await read(tripId)).toMatchObject({ state: 'BOOKED', hotel: { state: 'CONFIRMED' }, flights: held });
    expect(await facts(tripId, 'trip.booked.v1')).toMatchObject({ hotel: { state: 'CONFIRMED' }, flights: held });
  });

  it('fails with the parts that are excluded as they were, and says which', async () => {
    const body = creation();
    const { tripId } = body;
    await harness.send('createTrip', body);
    await harness.send('requestApproval', { tripId, parts, total });
    await harness.send('withdrawApproval', { tripId });
    expect((await harness.send('failTrip', { tripId, failure, excludedParts: ['hotel'] })).status).toBe(200);
    expect(await read(tripId)).toMatchObject({
      state: 'FAILED',
      hotel: { state: 'HELD' },
      flights: [{ state: 'CANCELLED' }, {}],
    });
    expect(await facts(tripId, 'trip.failed.v1')).toMatchObject({ failure, except: ['hotel'] });
  });

  it('is cancelled with the parts that are excluded as they were, and says which', async () => {
    const tripId = await booked();
    const operationId = sagaOf(tripId);
    await begin(tripId);
    await commit(tripId);
    const reply = await harness.send('confirmTripCancellation', {
      tripId,
      operationId,
      refund: EUR(0),
      excludedParts: ['flights'],
    });
    expect(reply.status).toBe(200);
    const confirmed = [{ state: 'CONFIRMED' }, { state: 'CONFIRMED' }];
    expect(await read(tripId)).toMatchObject({ refund: EUR(0), hotel: { state: 'CANCELLED' }, flights: confirmed });
    expect(await facts(tripId, 'trip.cancelled.v1')).toMatchObject({ refund: EUR(0), except: ['flights'] });
    for (const excludedParts of [[], ['yacht']])
      expectProblem(await harness.send('failTrip', { tripId, failure, excludedParts }), 422, 'VALIDATION_FAILED');
  });

  it('fails once for each key, although a repeat may give another reason', async () => {
    const body = creation();
    const { tripId } = body;
    await harness.send('createTrip', body);
    const key = newKey();
    const first = await harness.send('failTrip', { tripId, failure }, key);
    const again = await harness.send(
      'failTrip',
      { tripId, failure: { ...failure, code: 'OTHER' }, excludedParts: ['hotel'] },
      key,
    );
    expect(again).toEqual(first);
    expect((await read(tripId)).failure).toEqual(failure);
    expectProblem(await harness.send('failTrip', { tripId: randomUUID(), failure }, key), 422, 'IDEMPOTENCY_KEY_REUSED');
  });
});

describe('trip: failing before the creation', () => {
  it('keeps what was asked for, readable as a failed trip, and refuses the creation that comes late', async () => {
    const { tripId, ...trip } = creation();
    expect((await harness.send('failTrip', { tripId, failure, trip })).body).toEqual({ tripId, state: 'FAILED' });
    expectProblem(await harness.send('createTrip', { tripId, ...trip }), 409, 'TRIP_STATE_CONFLICT');
    expect(await read(tripId)).toMatchObject({ state: 'FAILED', failure, hotel, flights, customerId: 'CUST-ALICE' });
    expect((await harness.send('failTrip', { tripId, failure })).status).toBe(200);
  });

  it('needs no more than the id', async () => {
    const body = creation();
    expect((await harness.send('failTrip', { tripId: body.tripId, failure })).status).toBe(200);
    expectProblem(await harness.send('createTrip', body), 409, 'TRIP_STATE_CONFLICT');
    expectProblem(await harness.get(`/trips/${body.tripId}`), 404, 'TRIP_NOT_FOUND');
    expectProblem(await begin(body.tripId), 409, 'TRIP_NOT_FOUND');
  });

  it('never leaves a trip standing when the two race', async () => {
    const trips = Array.from({ length: 20 }, () => creation());
    const replies = await Promise.all(
      trips.flatMap(({ tripId, ...trip }) => [
        harness.send('createTrip', { tripId, ...trip }),
        harness.send('failTrip', { tripId, failure, trip }),
      ]),
    );
    for (const { status, body } of replies) expect([200, 409], JSON.stringify(body)).toContain(status);
    for (const { tripId } of trips) expect(await state(tripId)).toBe('FAILED');
  });
});

describe('trip: cancellation', () => {
  it('locks the trip, answers what to release, and ends with the refund', async () => {
    const tripId = await booked();
    const locked = await begin(tripId);
    expect(BeginTripCancellationAnswer.parse(locked.body)).toMatchObject({
      state: 'CANCELLING',
      total,
      parts: { hotel: { reservationId: 'room-1' }, flights: [{ reservationId: 'seat-0' }, { reservationId: 'seat-1' }] },
      begunAt: (await read(tripId)).updatedAt,
    });
    expect((await begin(tripId)).body).toEqual(locked.body);
    expect(await read(tripId)).toMatchObject({ state: 'CANCELLING', pending: { command: 'cancel', sagaId: sagaOf(tripId) } });
    expectProblem(await confirmCancellation(tripId), 409, 'TRIP_STATE_CONFLICT');
    for (let twice = 0; twice < 2; twice++) expect(TripStateAnswer.parse((await commit(tripId)).body).state).toBe('CANCELLING');
    expectProblem(await confirmCancellation(tripId, { amount: 1, currency: 'USD' }), 409, 'CURRENCY_MISMATCH');
    for (let twice = 0; twice < 2; twice++)
      expect((await confirmCancellation(tripId)).body).toEqual({ tripId, state: 'CANCELLED' });
    const trip = await read(tripId);
    expect(trip).toMatchObject({
      state: 'CANCELLED',
      refund: EUR(15_000),
      total,
      commandCount: 1,
      hotel: { state: 'CANCELLED' },
    });
    expect(trip).not.toHaveProperty('pending');
    expect((await commit(tripId)).status).toBe(200);
    expectProblem(await begin(tripId), 409, 'TRIP_STATE_CONFLICT');
    expectProblem(await begin(tripId, sagaOf(tripId, 2)), 409, 'TRIP_STATE_CONFLICT');
  });

  it('refuses everything else meanwhile and says what is pending, on whose behalf', async () => {
    const tripId = await booked();
    await begin(tripId);
    const second = await begin(tripId, sagaOf(tripId, 2));
    expectProblem(second, 409, 'TRIP_STATE_CONFLICT');
    expect(second.body.detail).toContain(`is CANCELLING (its cancellation is pending on behalf of ${sagaOf(tripId)})`);
    expectProblem(await harness.send('failTrip', { tripId, failure }), 409, 'TRIP_STATE_CONFLICT');
    expectProblem(await harness.send('confirmTrip', { tripId, parts, total }), 409, 'TRIP_STATE_CONFLICT');
    expectProblem(await commit(tripId, sagaOf(tripId, 2)), 409, 'TRIP_STATE_CONFLICT');
    expectProblem(await confirmCancellation(tripId, total, sagaOf(tripId, 2)), 409, 'TRIP_STATE_CONFLICT');
    expect(await read(tripId)).toMatchObject({ state: 'CANCELLING', pending: { sagaId: sagaOf(tripId) }, commandCount: 2 });
  });

  it('lets one of many sagas that begin at once have the trip', async () => {
    const tripId = await booked();
    const replies = await Promise.all(Array.from({ length: 8 }, (_, index) => begin(tripId, sagaOf(tripId, index + 1))));
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(replies.filter(({ body }) => body.code === 'TRIP_STATE_CONFLICT')).toHaveLength(7);
    expect((await read(tripId)).commandCount).toBe(8);
  });

  it('is undone to BOOKED with the reason kept, and can be asked for again', async () => {
    const tripId = await booked();
    await begin(tripId);
    for (let twice = 0; twice < 2; twice++) expect((await undo(tripId)).body).toEqual({ tripId, state: 'BOOKED' });
    const trip = await read(tripId);
    expect(trip).toMatchObject({
      state: 'BOOKED',
      lastCancellation: { ...reason, sagaId: sagaOf(tripId) },
      hotel: { state: 'CONFIRMED' },
    });
    expect(trip).not.toHaveProperty('pending');
    expectProblem(await begin(tripId), 409, 'TRIP_STATE_CONFLICT');
    expectProblem(await commit(tripId), 409, 'TRIP_STATE_CONFLICT');
    const again = sagaOf(tripId, trip.commandCount + 1);
    expect((await begin(tripId, again)).status).toBe(200);
    await commit(tripId, again);
    expect((await confirmCancellation(tripId, total, again)).status).toBe(200);
    expect(await read(tripId)).not.toHaveProperty('lastCancellation');
  });

  it('is not undone after the commit, nor after the end', async () => {
    const tripId = await booked();
    await begin(tripId);
    await commit(tripId);
    expectProblem(await undo(tripId), 409, 'TRIP_STATE_CONFLICT');
    await confirmCancellation(tripId);
    expectProblem(await undo(tripId), 409, 'TRIP_STATE_CONFLICT');
    expect(await state(tripId)).toBe('CANCELLED');
  });

  it('that is undone before it begins is refused when it begins, and blocks no other saga', async () => {
    const tripId = await booked();
    expect((await undo(tripId)).body).toEqual({ tripId, state: 'BOOKED' });
    expectProblem(await begin(tripId), 409, 'TRIP_STATE_CONFLICT');
    expect(await read(tripId)).toMatchObject({ state: 'BOOKED', commandCount: 1, lastCancellation: reason });
    const other = sagaOf(tripId, 2);
    expect((await begin(tripId, other)).status).toBe(200);
    // The undo of a saga that holds nothing takes nothing from the one that does.
    expect((await undo(tripId, sagaOf(tripId, 3))).body).toEqual({ tripId, state: 'CANCELLING' });
    expect(await read(tripId)).toMatchObject({ state: 'CANCELLING', pending: { sagaId: other } });
  });

  it('needs no trip to be undone', async () => {
    const tripId = randomUUID();
    expect((await undo(tripId)).body).toEqual({ tripId, state: null });
    expectProblem(await begin(tripId), 409, 'TRIP_NOT_FOUND');
  });

  it('never stays locked when begin and undo race', async () => {
    const trips = await Promise.all(Array.from({ length: 10 }, booked));
    await Promise.all(
      trips.flatMap((tripId, index) => (index % 2 ? [begin(tripId), undo(tripId)] : [undo(tripId), begin(tripId)])),
    );
    for (const tripId of trips) expect(await read(tripId)).toMatchObject({ state: 'BOOKED', commandCount: 1 });
  });
});

describe('trip: what it keeps', () => {
  it('in a final state refuses every command, except with the key of one that it has answered', async () => {
    const body = creation();
    const [failed, cancelled] = [body.tripId, await booked()];
    await harness.send('createTrip', body);
    await harness.send('failTrip', { tripId: failed, failure });
    const key = newKey();
    const begun = { tripId: cancelled, operationId: sagaOf(cancelled) };
    const first = await harness.send('beginTripCancellation', begun, key);
    expect(BeginTripCancellationAnswer.parse(first.body).begunAt).toEqual(expect.any(String));
    await commit(cancelled);
    await confirmCancellation(cancelled);
    for (const tripId of [failed, cancelled]) {
      const before = await read(tripId);
      const replies = await Promise.all([
        harness.send('createTrip', { ...creation(), tripId }),
        harness.send('requestApproval', { tripId, parts, total }),
        harness.send('remindApproval', { tripId }),
        harness.send('acceptApproval', { tripId }),
        harness.send('confirmTrip', { tripId, parts, total }),
        begin(tripId, sagaOf(tripId, 7)),
        commit(tripId, sagaOf(tripId, 8)),
        confirmCancellation(tripId, total, sagaOf(tripId, 9)),
      ]);
      for (const reply of replies) expectProblem(reply, 409, 'TRIP_STATE_CONFLICT');
      expect((await harness.send('withdrawApproval', { tripId })).body).toEqual({ tripId, state: before.state });
      expect((await read(tripId)).state).toBe(before.state);
    }
    expect(await harness.send('beginTripCancellation', begun, key)).toEqual(first);
  });

  it('remembers which request of a caller each operation is for', async () => {
    const operationsOf = async (tripId: string, requestKey: string) =>
      (await harness.get(`/trips/${tripId}/operations?requestKey=${encodeURIComponent(requestKey)}`)).body;
    const request = { key: 'caller/book', fingerprint: 'print-book' };
    const body = { ...creation(), request };
    const { tripId, operationId } = body;
    const record = { operationId, command: 'create', requestKey: request.key, fingerprint: request.fingerprint };
    await harness.send('createTrip', body);
    expect(await operationsOf(tripId, request.key)).toEqual({ items: [{ ...record, state: 'CONFIRMED' }] });
    await harness.send('confirmTrip', { tripId, parts, total });
    const cancellation = { tripId, operationId: sagaOf(tripId), request: { key: 'caller/cancel', fingerprint: 'print-cancel' } };
    const states: unknown[] = [];
    const noteState = async () => {
      const { items } = (await operationsOf(tripId, 'caller/cancel')) as { items: { command: string; state: string }[] };
      expect(items).toMatchObject([{ operationId: sagaOf(tripId), command: 'cancel', fingerprint: 'print-cancel' }]);
      states.push(items[0]!.state);
    };
    await harness.send('beginTripCancellation', cancellation);
    await noteState();
    await commit(tripId);
    await noteState();
    await confirmCancellation(tripId);
    await noteState();
    expect(states).toEqual(['BEGUN', 'COMMITTED', 'CONFIRMED']);

    const late = { tripId, operationId: `cancel-trip:${tripId}:9`, request: { key: 'caller/late', fingerprint: 'print-late' } };
    await harness.send('reinstateTrip', { ...late, reason: { code: 'ABORTED', detail: 'before it began' } });
    expect(await operationsOf(tripId, 'caller/late')).toMatchObject({ items: [{ state: 'UNDONE', fingerprint: 'print-late' }] });

    const { tripId: _, ...particulars } = body;
    const never = randomUUID();
    await harness.send('failTrip', { tripId: never, failure, trip: particulars });
    expect(await operationsOf(never, request.key)).toEqual({ items: [{ ...record, state: 'UNDONE' }] });
    expect(await operationsOf(tripId, 'caller/other')).toEqual({ items: [] });
    expectProblem(await harness.get(`/trips/${tripId}/operations`), 422, 'VALIDATION_FAILED');
  });

  it('answers a confirmation again that comes under its key with other parts excluded', async () => {
    const body = creation();
    const { tripId } = body;
    await harness.send('createTrip', body);
    const [confirmKey, cancelKey] = [newKey(), newKey()];
    const first = await harness.send('confirmTrip', { tripId, parts, total, excludedParts: ['hotel'] }, confirmKey);
    expect(first.status).toBe(200);
    expect(await harness.send('confirmTrip', { tripId, parts, total }, confirmKey)).toEqual(first);
    expectProblem(await harness.send('confirmTrip', { tripId, parts, total: EUR(1) }, confirmKey), 422, 'IDEMPOTENCY_KEY_REUSED');
    await begin(tripId);
    await commit(tripId);
    const confirmation = { tripId, operationId: sagaOf(tripId), refund: EUR(0) };
    const cancelled = await harness.send('confirmTripCancellation', confirmation, cancelKey);
    expect(cancelled.status).toBe(200);
    const again = { ...confirmation, excludedParts: ['hotel'] };
    expect(await harness.send('confirmTripCancellation', again, cancelKey)).toEqual(cancelled);
  });
});

describe('trip: what is published and asked', () => {
  it('says each change in an event that the catalogue of events knows, version by version', async () => {
    const body = creation();
    const { tripId } = body;
    await harness.send('createTrip', body);
    await harness.send('requestApproval', { tripId, parts, total });
    await harness.send('remindApproval', { tripId });
    await harness.send('withdrawApproval', { tripId });
    await harness.send('confirmTrip', { tripId, parts, total });
    await begin(tripId);
    await undo(tripId);
    await undo(tripId, sagaOf(tripId, 2));
    await begin(tripId, sagaOf(tripId, 3));
    await begin(tripId, sagaOf(tripId, 4));
    await commit(tripId, sagaOf(tripId, 3));
    await confirmCancellation(tripId, total, sagaOf(tripId, 3));
    const tombstone = randomUUID();
    await harness.send('failTrip', { tripId: tombstone, failure });
    const events = [...(await eventsOf(tripId)), ...(await eventsOf(tombstone))];
    expect(events.map(({ name, version }) => `${version} ${name}`)).toEqual([
      '1 trip.requested.v1',
      '2 trip.approval-requested.v1',
      '3 trip.approval-reminded.v1',
      '4 trip.approval-withdrawn.v1',
      '5 trip.booked.v1',
      '6 trip.cancellation-begun.v1',
      '7 trip.cancellation-undone.v1',
      '8 trip.cancellation-undone.v1',
      '9 trip.cancellation-begun.v1',
      '10 trip.cancellation-committed.v1',
      '11 trip.cancelled.v1',
      '1 trip.failed.v1',
    ]);
    for (const { name, data } of events)
      expect(tripEvents[name as keyof typeof tripEvents].safeParse(JSON.parse(data)).error, name).toBeUndefined();
  });

  it('lists trips by customer and state, page by page, newest first', async () => {
    const customerId = `CUST-${randomUUID()}`;
    const created = [];
    for (let n = 0; n < 3; n++) {
      const body = creation(customerId);
      await harness.send('createTrip', body);
      created.unshift(body.tripId);
    }
    await harness.send('failTrip', { tripId: created[0], failure });
    const first = pageOf(Trip).parse((await harness.get(`/trips?customerId=${customerId}&limit=2`)).body);
    const second = pageOf(Trip).parse((await harness.get(`/trips?customerId=${customerId}&limit=2&after=${first.next}`)).body);
    expect([...first.items, ...second.items].map(({ tripId }) => tripId)).toEqual(created);
    expect(second.next).toBeNull();
    const failed = await harness.get(`/trips?customerId=${customerId}&state=FAILED`);
    expect(failed.body.items.map(({ tripId }: Trip) => tripId)).toEqual([created[0]]);
    await harness.send('failTrip', { tripId: randomUUID(), failure }); // the newest, and a tombstone
    expect((await harness.get('/trips?limit=1')).body).toMatchObject({ items: [{}], next: expect.any(String) });
    expectProblem(await harness.get('/trips?state=NONE'), 422);
    expectProblem(await harness.get('/trips?after=nonsense'), 422, 'INVALID_CURSOR');
  });
});
