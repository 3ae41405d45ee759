import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { Page } from '../../contracts/values/page.js';
import type { Problem } from '../../contracts/values/problem.js';
import type { SagaSummary } from '../../contracts/saga/saga.resource.js';
import type { Trip, TripAccepted } from '../../contracts/trip/trip.resource.js';
import { call, clearFaults, ended, eventually, saga, setFault } from '../support/api.js';
import { unreachableAddress, startTestGateway } from '../support/gateway.harness.js';
import { bookTrip, dayFromNow, paymentsOf, reservationsOf, trip, tripOf, tripParts } from '../support/trips.js';

afterEach(clearFaults);

type Answer = TripAccepted & Trip & Problem;

const request = (more: object = {}) => tripOf({ customerId: 'CUST-BRUNO', ...more });
const post = (path: string, body?: object, headers?: Record<string, string>) => call<Answer>('POST', path, body, headers);
const book = (more: object = {}, headers?: Record<string, string>) => post('/v1/trips', request(more), headers);
const inState = (tripId: string, state: Trip['state']) =>
  eventually(
    () => trip(tripId),
    (read) => read.state === state,
  );
const statesOf = async (tripId: string) => new Set((await reservationsOf(tripId)).map(({ state }) => state));

/** A trip that waits for somebody's approval. */
async function waiting(): Promise<TripAccepted> {
  const accepted = await bookTrip(tripOf({ approvalRequiredAbove: { amount: 100, currency: 'EUR' } }));
  await inState(accepted.tripId, 'AWAITING_APPROVAL');
  return accepted;
}

/** A trip that is booked. */
async function booked(more: object = {}): Promise<string> {
  const { tripId, sagaId } = await bookTrip(tripOf(more));
  await ended(sagaId);
  expect(await trip(tripId)).toMatchObject({ state: 'BOOKED' });
  return tripId;
}

describe('POST /v1/trips', () => {
  it('answers 202 with where everything is, and books all parts', async () => {
    const { status, headers, body } = await book();
    expect(status).toBe(202);
    const sagaId = `book-trip:${body.tripId}`;
    expect(body).toEqual({
      tripId: expect.any(String),
      state: 'PENDING',
      sagaId,
      links: {
        self: `/v1/trips/${body.tripId}`,
        saga: `/v1/sagas/${sagaId}`,
        temporalUi: expect.stringContaining(`/workflows/${sagaId}/`),
      },
    });
    expect(headers.get('location')).toBe(body.links.self);

    const shown = await ended(sagaId);
    expect(shown).toMatchObject({ type: 'bookTrip', state: 'COMPLETED', businessId: body.tripId, customerId: 'CUST-BRUNO' });
    expect(shown.links.resource).toBe(body.links.self);
    const part = {
      state: 'CONFIRMED',
      reservationId: expect.any(String),
      price: { amount: expect.any(Number), currency: 'EUR' },
    };
    const { hotel, flights, car } = tripParts();
    const read = await trip(body.tripId);
    expect(read).toMatchObject({
      state: 'BOOKED',
      hotel: { ...hotel, ...part },
      flights: [{ ...flights[0], ...part }],
      car: { ...car, ...part },
    });
    const prices = [read.hotel!, ...read.flights!, read.car!].map(({ price }) => price!.amount);
    expect(read.total).toEqual({ amount: prices.reduce((sum, price) => sum + price), currency: 'EUR' });
    expect(await paymentsOf(body.tripId)).toMatchObject([{ state: 'CAPTURED', amount: read.total }]);
  });

  it('can be read from the moment of the 202', async () => {
    for (let i = 0; i < 10; i++) {
      const { tripId, sagaId } = await bookTrip(tripOf());
      const read = await trip(tripId);
      expect(['PENDING', 'BOOKED']).toContain(read.state);
      expect(read).toMatchObject({ tripId, customerId: 'CUST-ALICE', hotel: tripParts().hotel, sagaId });
    }
  });

  it('can be read before the trip service knows of it', async () => {
    await setFault({ participant: 'trip', operation: 'createTrip', mode: 'error' });
    const { tripId, sagaId } = await bookTrip(tripOf({ car: undefined }));
    const read = await trip(tripId);
    expect(read).toMatchObject({ tripId, state: 'PENDING', sagaId, commandCount: 0, flights: tripParts().flights });
    expect(read).not.toHaveProperty('car');
    expect(await post(`/v1/trips/${tripId}/cancel`)).toMatchObject({
      status: 409,
      body: { code: 'TRIP_STATE_CONFLICT', detail: expect.stringContaining(sagaId) },
    });
    await clearFaults();
    await ended(sagaId);
    expect(await trip(tripId)).toMatchObject({ state: 'BOOKED' });
  });

  it('shows a refusal of the trip service that left no trip there', async () => {
    await setFault({ participant: 'trip', operation: 'createTrip', mode: 'refuse' });
    const { tripId, sagaId } = await bookTrip(tripOf());
    await ended(sagaId);
    expect(await trip(tripId)).toMatchObject({ state: 'FAILED', failure: { part: 'trip', code: 'TRIP_STATE_CONFLICT' } });
  });

  it.each([
    ['a card that is declined', { paymentMethod: 'pm_declined' }, { part: 'payment', code: 'CARD_DECLINED' }],
    [
      'more rooms than there are',
      { hotel: { ...tripParts().hotel, hotelId: 'HOTEL-TWO', rooms: 3 } },
      { part: 'hotel', code: 'HOTEL_FULL' },
    ],
    [
      'an unknown flight',
      { flights: [{ flightId: 'NO-SUCH-FLIGHT', date: dayFromNow(60), seats: 1 }] },
      { part: 'flights', code: 'UNKNOWN_FLIGHT' },
    ],
  ])('fails for %s, and holds nothing', async (_, more, failure) => {
    const { status, body } = await book(more, { prefer: 'wait=30' });
    expect(status).toBe(201);
    expect(body).toMatchObject({ state: 'FAILED', failure: { ...failure, detail: expect.any(String) } });
    for (const { state } of await reservationsOf(body.tripId)) expect(state).toBe('CANCELLED');
    for (const { state } of await paymentsOf(body.tripId)) expect(['VOIDED', 'DECLINED']).toContain(state);
  });

  it.each([
    ['no part', { hotel: undefined, flights: undefined, car: undefined }, ''],
    ['a stay without a night', { hotel: { ...tripParts().hotel, checkOut: dayFromNow(60) } }, '/hotel/checkOut'],
    ['no flight in its flights', { flights: [] }, '/flights'],
    ['an unknown field', { boat: {} }, ''],
    ['a negative limit', { approvalRequiredAbove: { amount: -1, currency: 'EUR' } }, '/approvalRequiredAbove/amount'],
  ])('is refused with %s', async (_, more, pointer) => {
    expect(await book(more)).toMatchObject({ status: 422, body: { code: 'VALIDATION_FAILED', errors: [{ pointer }] } });
  });

  it('waits for the outcome when asked to', async () => {
    const { status, headers, body } = await book({}, { prefer: 'wait=20' });
    expect(status).toBe(201);
    expect(headers.get('preference-applied')).toBe('wait=20');
    expect(headers.get('location')).toBe(`/v1/trips/${body.tripId}`);
    expect(body).toEqual(await trip(body.tripId));
    expect(body.state).toBe('BOOKED');
  });

  it('is one trip for one key, also with many requests at once', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const answers = await Promise.all(Array.from({ length: 30 }, () => book({}, key)));
    expect(new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`)).size).toBe(1);
    const { sagaId, tripId } = answers[0]!.body;
    await ended(sagaId);
    expect(await book({}, key)).toMatchObject({ status: 202, body: { tripId, sagaId } });
    expect(await reservationsOf(tripId)).toHaveLength(3);
    expect(await book({ paymentMethod: 'pm_slow' }, key)).toMatchObject({
      status: 422,
      body: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
  });

  it('needs only the participants of its parts', async () => {
    const gateway = await startTestGateway({ CAR_URL: `http://${unreachableAddress}` });
    try {
      const send = async (body: object) =>
        fetch(`${gateway.url}/v1/trips`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', prefer: 'wait=20' },
          body: JSON.stringify(body),
        });
      const refused = await send(request());
      expect(refused.status).toBe(503);
      expect(await refused.json()).toMatchObject({
        code: 'PARTICIPANT_UNAVAILABLE',
        detail: expect.stringMatching(/car .*Nothing was started/),
      });
      expect((await send(request({ car: undefined }))).status).toBe(201);
    } finally {
      await gateway.close();
    }
  });
});

describe('a trip that needs approval', () => {
  it('waits, and is booked once it is approved', async () => {
    const { tripId, sagaId } = await waiting();
    expect(await saga(sagaId)).toMatchObject({ state: 'WAITING' });
    expect(await trip(tripId)).toMatchObject({ state: 'AWAITING_APPROVAL', hotel: { state: 'HELD' } });
    const { status, headers, body } = await post(`/v1/trips/${tripId}/approve`, { note: 'fine' });
    expect(status).toBe(202);
    expect(headers.get('location')).toBe(`/v1/trips/${tripId}`);
    expect(body).toMatchObject({ tripId, customerId: 'CUST-ALICE' });
    await ended(sagaId);
    expect(await trip(tripId)).toMatchObject({ state: 'BOOKED' });
  });

  it('fails with the note, and holds nothing, once it is declined', async () => {
    const { tripId } = await waiting();
    const { status, body } = await post(`/v1/trips/${tripId}/decline`, { note: 'too dear' }, { prefer: 'wait=20' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ state: 'FAILED', failure: { part: 'approval', code: 'APPROVAL_DECLINED', detail: 'too dear' } });
    expect(await statesOf(tripId)).toEqual(new Set(['CANCELLED']));
  });

  it('can be decided without a body, once: with its key again the same, without one a conflict', async () => {
    const { tripId, sagaId } = await waiting();
    const key = { 'idempotency-key': randomUUID() };
    expect(await post(`/v1/trips/${tripId}/approve`, undefined, key)).toMatchObject({ status: 202, body: { tripId } });
    await ended(sagaId);
    expect(await post(`/v1/trips/${tripId}/approve`, undefined, key)).toMatchObject({ status: 202, body: { state: 'BOOKED' } });
    for (const decision of ['approve', 'decline'])
      expect(await post(`/v1/trips/${tripId}/${decision}`)).toMatchObject({
        status: 409,
        body: { code: 'TRIP_NOT_AWAITING_APPROVAL', detail: expect.stringContaining('BOOKED') },
      });
  });

  it.each([
    ['approve', 'decline'],
    ['decline', 'approve'],
  ])('takes no other decision under the key of one to %s', async (decision, other) => {
    const { tripId, sagaId } = await waiting();
    const key = { 'idempotency-key': randomUUID() };
    const made = { note: 'as agreed' };
    expect(await post(`/v1/trips/${tripId}/${decision}`, made, key)).toMatchObject({ status: 202, body: { tripId } });
    const again = async () => {
      expect(await post(`/v1/trips/${tripId}/${decision}`, made, key)).toMatchObject({ status: 202, body: { tripId } });
      for (const [path, body] of [
        [decision, { note: 'not as agreed' }],
        [decision, undefined],
        [other, made],
      ] as const)
        expect(await post(`/v1/trips/${tripId}/${path}`, body, key)).toMatchObject({
          status: 422,
          body: { code: 'IDEMPOTENCY_KEY_REUSED' },
        });
    };
    await again();
    await ended(sagaId);
    await again();
  });

  it('takes one decision of many at once', async () => {
    const { tripId, sagaId } = await waiting();
    const answers = await Promise.all(
      ['approve', 'decline', 'approve', 'decline'].map((decision) => post(`/v1/trips/${tripId}/${decision}`)),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([202, 409, 409, 409]);
    await ended(sagaId);
  });

  it('does not wait when it costs no more than the limit', async () => {
    const { body } = await book({ approvalRequiredAbove: { amount: 10_000_000, currency: 'EUR' } }, { prefer: 'wait=20' });
    expect(body.state).toBe('BOOKED');
  });

  it('is not one that does not exist, nor one that has not come so far', async () => {
    expect(await post(`/v1/trips/${randomUUID()}/approve`)).toMatchObject({ status: 404, body: { code: 'TRIP_NOT_FOUND' } });
    await setFault({ participant: 'hotel', operation: 'reserveRoom', mode: 'error' });
    const { tripId, sagaId } = await bookTrip(tripOf());
    await eventually(
      () => saga(sagaId),
      ({ steps }) => steps.some(({ name }) => name === 'reserve room'),
    );
    expect(await post(`/v1/trips/${tripId}/approve`)).toMatchObject({
      status: 409,
      body: { code: 'TRIP_NOT_AWAITING_APPROVAL' },
    });
    await clearFaults();
    await ended(sagaId);
  });

  it('is for operators to decide', async () => {
    const gateway = await startTestGateway({ AUTH: 'required', API_KEYS: 'agency:agency:trips,boss:boss:operator' });
    try {
      const approve = async (key: string) =>
        (
          await fetch(`${gateway.url}/v1/trips/${randomUUID()}/approve`, {
            method: 'POST',
            headers: { authorization: `Bearer ${key}` },
          })
        ).status;
      expect(await approve('agency')).toBe(403);
      expect(await approve('boss')).toBe(404);
    } finally {
      await gateway.close();
    }
  });
});

describe('GET /v1/sagas/{sagaId} of a trip', () => {
  it('shows parallel branches with their own times, and compensations in the order they ran', async () => {
    const flights = [{ flightId: 'NO-SUCH-FLIGHT', date: dayFromNow(60), seats: 1 }];
    const { tripId, sagaId } = await bookTrip(tripOf({ flights }));
    const { state, steps, links } = await ended(sagaId);
    expect(state).toBe('COMPENSATED');
    expect(links.resource).toBe(`/v1/trips/${tripId}`);
    const named = (name: string) => steps.find((step) => step.name === name)!;
    const branches = ['reserve room', 'reserve seat', 'reserve car'].map(named);
    expect(branches[1]).toMatchObject({ state: 'REFUSED', error: { code: 'UNKNOWN_FLIGHT' } });
    const lastBegun = Math.max(...branches.map(({ startedAt }) => Date.parse(startedAt!)));
    const firstEnded = Math.min(...branches.map(({ endedAt }) => Date.parse(endedAt!)));
    expect(lastBegun).toBeLessThanOrEqual(firstEnded);
    const undone = steps.filter(({ compensates }) => compensates !== undefined);
    expect(undone.at(-1)).toMatchObject({ name: 'fail trip', compensates: 'create trip', state: 'COMPENSATED' });
    const times = undone.map(({ startedAt }) => Date.parse(startedAt!));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it('is found by type and by trip', async () => {
    const { tripId, sagaId } = await bookTrip(tripOf());
    await ended(sagaId);
    const { items } = await eventually(
      async () => (await call<Page<SagaSummary>>('GET', `/v1/sagas?type=bookTrip&businessId=${tripId}`)).body,
      (page) => page.items.length > 0,
    );
    expect(items).toMatchObject([{ sagaId, type: 'bookTrip', links: { resource: `/v1/trips/${tripId}` } }]);
  });
});

describe('POST /v1/trips/{tripId}/cancel', () => {
  it('releases every part and refunds what the policy says', async () => {
    const tripId = await booked();
    const { status, headers, body } = await post(`/v1/trips/${tripId}/cancel`);
    expect(status).toBe(202);
    const sagaId = `cancel-trip:${tripId}:1`;
    expect(body).toMatchObject({ tripId, state: 'CANCELLING', sagaId, links: { self: `/v1/trips/${tripId}` } });
    expect(headers.get('location')).toBe(`/v1/trips/${tripId}`);
    expect(['CANCELLING', 'CANCELLED']).toContain((await trip(tripId)).state);
    expect(await ended(sagaId)).toMatchObject({ state: 'COMPLETED', links: { resource: `/v1/trips/${tripId}` } });
    const read = await trip(tripId);
    expect(read).toMatchObject({ state: 'CANCELLED', refund: read.total, hotel: { state: 'CANCELLED' } });
    expect(await statesOf(tripId)).toEqual(new Set(['CANCELLED']));
    expect(await paymentsOf(tripId)).toMatchObject([{ state: 'REFUNDED', refunded: read.total }]);
  });

  it('answers 200 with the cancelled trip to who waits for it', async () => {
    const tripId = await booked({ car: undefined });
    expect(await post(`/v1/trips/${tripId}/cancel`, undefined, { prefer: 'wait=20' })).toMatchObject({
      status: 200,
      body: { tripId, state: 'CANCELLED' },
    });
  });

  it('is one cancellation of many at once; later requests are answered with the pending one', async () => {
    const tripId = await booked();
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(`/v1/trips/${tripId}/cancel`)));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    for (const { status, body } of answers.filter(({ status }) => status !== 202)) {
      expect({ status, code: body.code }).toEqual({ status: 409, code: 'TRIP_STATE_CONFLICT' });
    }
    await ended(`cancel-trip:${tripId}:1`);
  });

  it('answers the same to the same key, then and after the end', async () => {
    const tripId = await booked();
    const key = { 'idempotency-key': randomUUID() };
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(`/v1/trips/${tripId}/cancel`, undefined, key)));
    expect(new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`)).size).toBe(1);
    expect(answers[0]!.status).toBe(202);
    await ended(`cancel-trip:${tripId}:1`);
    expect(await post(`/v1/trips/${tripId}/cancel`, undefined, key)).toMatchObject({ status: 202, body: answers[0]!.body });
    expect(await post(`/v1/trips/${tripId}/cancel`)).toMatchObject({
      status: 409,
      body: { code: 'TRIP_STATE_CONFLICT', detail: expect.stringContaining('CANCELLED') },
    });
  });

  it('locks the trip, and says so', async () => {
    const tripId = await booked();
    await setFault({ participant: 'trip', operation: 'commitTripCancellation', mode: 'error' });
    const { body } = await post(`/v1/trips/${tripId}/cancel`);
    expect(await trip(tripId)).toMatchObject({ state: 'CANCELLING', pending: { command: 'cancel', sagaId: body.sagaId } });
    expect(await post(`/v1/trips/${tripId}/cancel`)).toMatchObject({
      status: 409,
      body: { code: 'TRIP_STATE_CONFLICT', detail: expect.stringContaining(body.sagaId) },
    });
    await clearFaults();
    await ended(body.sagaId);
  });

  it('says that there is no such trip', async () => {
    expect(await post(`/v1/trips/${randomUUID()}/cancel`)).toMatchObject({ status: 404, body: { code: 'TRIP_NOT_FOUND' } });
  });
});

describe('GET /v1/trips', () => {
  it('lists, filters and pages', async () => {
    // Nobody knows this customer, so each trip fails, and the list is the test's own.
    const customerId = `guest-${randomUUID()}`;
    const placed = await Promise.all([1, 2, 3].map(() => bookTrip(tripOf({ customerId, flights: undefined, car: undefined }))));
    await Promise.all(placed.map(({ sagaId }) => ended(sagaId)));
    const seen: string[] = [];
    for (let after = ''; ;) {
      const { body } = await call<Page<Trip>>('GET', `/v1/trips?customerId=${customerId}&state=FAILED&limit=2${after}`);
      for (const one of body.items) expect(one).toMatchObject({ customerId, state: 'FAILED' });
      seen.push(...body.items.map(({ tripId }) => tripId));
      if (body.next === null) break;
      after = `&after=${body.next}`;
    }
    expect(seen.toSorted()).toEqual(placed.map(({ tripId }) => tripId).toSorted());
    expect((await call<Page<Trip>>('GET', `/v1/trips?customerId=${customerId}&state=BOOKED`)).body.items).toEqual([]);
  });
});
