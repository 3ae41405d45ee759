import { expect } from 'vitest';
import type { SagaState } from '../../../contracts/saga/saga-state.js';
import { call, ended, eventually, saga, setFault } from '../../support/api.js';
import { startTestGateway } from '../../support/gateway.harness.js';
import { system } from '../../support/system.js';
import { bookTrip, dayOf, expectBooked, expectNothingBooked, plentifulTrip, trip } from '../../support/trips.js';
import { ParticipantHarness } from '../../services/participant.harness.js';
import { cancelWorkflow } from './cancel-workflow.js';
import { abort, comesTo, endsAs, resolve, type Scenarios } from './scenario.js';

/** A room, a seat and a car: what a trip had when these were recorded first. */
const classic = () => {
  const { hotel, flights, car, customerId, paymentMethod } = plentifulTrip();
  return { customerId, paymentMethod, hotel, flights, car };
};
const full = {
  hotel: { ...classic().hotel, hotelId: 'HOTEL-TWO', rooms: 3 },
  flights: [{ flightId: 'FLIGHT-THREE', date: dayOf(0), seats: 4 }],
  car: { ...classic().car, carClass: 'ONLY-ONE' },
};

async function goesThrough(body: object = {}): Promise<string> {
  const { tripId, sagaId } = await bookTrip({ ...classic(), ...body });
  await endsAs(sagaId, 'COMPLETED');
  await expectBooked(tripId);
  return sagaId;
}

async function fails(code: string, body: object = {}): Promise<string> {
  const { tripId, sagaId } = await bookTrip({ ...classic(), ...body });
  await endsAs(sagaId, 'COMPENSATED');
  await expectNothingBooked(tripId, code);
  return sagaId;
}

const tripService = new ParticipantHarness('trip', () => system().tripUrl);
const isReminded = async (tripId: string) => {
  const type = 'trip.approval-reminded';
  const events = await tripService.rows('select from outbox where aggregate_id = $1 and type = $2', tripId, type);
  return events.length > 0;
};

/** Drives a trip that waits for an approval, which somebody has to give within `withinMs`. */
async function awaitingApproval(
  withinMs: number,
  then: (tripId: string, sagaId: string) => Promise<unknown>,
  state: SagaState,
): Promise<string> {
  const gateway = await startTestGateway({ APPROVAL_WITHIN_MS: withinMs });
  try {
    const response = await fetch(`${gateway.url}/v1/trips`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...classic(), approvalRequiredAbove: { amount: 1, currency: 'EUR' } }),
    });
    const { tripId, sagaId } = (await response.json()) as { tripId: string; sagaId: string };
    await eventually(
      () => saga(sagaId),
      (read) => read.state === 'WAITING',
    );
    await then(tripId, sagaId);
    return await endsAs(sagaId, state);
  } finally {
    await gateway.close();
  }
}

const decide = async (tripId: string, decision: 'approve' | 'decline') =>
  expect((await call('POST', `/v1/trips/${tripId}/${decision}`, { note: `recorded: ${decision}` })).status).toBe(202);
const reminded = (tripId: string) =>
  eventually(
    () => isReminded(tripId),
    (is) => is,
  );
const SOON_MS = 6_000;
const LATER_MS = 60_000;

const withTrain = (trainId: string, seats = 1) => ({ rail: { trainId, date: dayOf(0), seats } });

/** A saga that is refused at its pivot, and whose car cannot be given back at first. */
async function stuck(action: 'retry' | 'skip' | 'done', state: SagaState): Promise<string> {
  await setFault({ participant: 'payment', operation: 'capture', mode: 'refuse', times: 1 });
  await setFault({ participant: 'car', operation: 'cancelCar', mode: 'refuse', times: 1 });
  const { sagaId } = await bookTrip(classic());
  await resolve(sagaId, 'cancel car', action);
  return endsAs(sagaId, state);
}

export const bookTripScenarios: Scenarios = {
  'book-trip.booked': () => goesThrough(),
  'book-trip.booked-hotel-only': () => goesThrough({ flights: undefined, car: undefined }),
  'book-trip.booked-with-train': () => goesThrough(withTrain('TRAIN-AMS-BER')),
  'book-trip.booked-train-only': () =>
    goesThrough({ hotel: undefined, flights: undefined, car: undefined, ...withTrain('TRAIN-AMS-BER') }),
  'book-trip.booked-patiently': () => goesThrough({ paymentMethod: 'pm_slow' }),
  'book-trip.booked-in-doubt': async () => {
    await setFault({ participant: 'flight', operation: 'reserveSeat', mode: 'drop-response', times: 1 });
    await setFault({ participant: 'payment', operation: 'capture', mode: 'drop-response', times: 1 });
    return goesThrough();
  },
  'book-trip.refused-hotel-full': () => fails('HOTEL_FULL', { hotel: full.hotel }),
  'book-trip.refused-flight-full': () => fails('FLIGHT_FULL', { flights: full.flights }),
  'book-trip.refused-car-unavailable': async () => {
    await ended((await bookTrip({ ...classic(), car: full.car })).sagaId);
    return fails('CAR_UNAVAILABLE', { car: full.car });
  },
  'book-trip.refused-train-full': () => fails('TRAIN_FULL', withTrain('TRAIN-FIVE', 6)),
  'book-trip.refused-at-the-pivot-with-train': () =>
    fails('CAPTURE_DECLINED', { paymentMethod: 'pm_capture_fails', ...withTrain('TRAIN-AMS-BER') }),
  'book-trip.refused-unknown-hotel': () => fails('UNKNOWN_HOTEL', { hotel: { ...classic().hotel, hotelId: 'NO-SUCH' } }),
  'book-trip.refused-customer-not-found': () => fails('CUSTOMER_NOT_FOUND', { customerId: 'NOBODY' }),
  'book-trip.refused-two-at-once': () => fails('HOTEL_FULL', { hotel: full.hotel, flights: full.flights }),
  'book-trip.refused-card-declined': () => fails('CARD_DECLINED', { paymentMethod: 'pm_declined' }),
  'book-trip.refused-at-the-pivot': () => fails('CAPTURE_DECLINED', { paymentMethod: 'pm_capture_fails' }),
  'book-trip.compensated-participant-unavailable': async () => {
    await setFault({ participant: 'hotel', operation: 'reserveRoom', mode: 'error' });
    return fails('PARTICIPANT_UNAVAILABLE');
  },
  'book-trip.aborted-reserving': async () => {
    await setFault({ participant: 'hotel', operation: 'reserveRoom', mode: 'delay', delayMs: 3_000 });
    const { tripId, sagaId } = await bookTrip(classic());
    await comesTo(sagaId, 'reserve room', 'RUNNING');
    await abort(sagaId);
    await endsAs(sagaId, 'COMPENSATED');
    await expectNothingBooked(tripId, 'ABORTED');
    return sagaId;
  },
  'book-trip.cancelled-by-the-platform': async () => {
    await setFault({ participant: 'hotel', operation: 'reserveRoom', mode: 'delay', delayMs: 3_000 });
    const { tripId, sagaId } = await bookTrip(classic());
    await comesTo(sagaId, 'reserve room', 'RUNNING');
    await cancelWorkflow(sagaId);
    await endsAs(sagaId, 'COMPENSATED');
    await expectNothingBooked(tripId, 'CANCELLED');
    return sagaId;
  },
  'book-trip.needs-attention-retried': () => stuck('retry', 'COMPENSATED'),
  'book-trip.needs-attention-done': () => stuck('done', 'COMPENSATED'),
  'book-trip.needs-attention-skipped': () => stuck('skip', 'INCOMPLETE'),
  'book-trip.confirm-needs-attention-retried': async () => {
    await setFault({ participant: 'flight', operation: 'confirmSeat', mode: 'refuse', times: 1 });
    const { tripId, sagaId } = await bookTrip(classic());
    await resolve(sagaId, 'confirm seat', 'retry');
    await endsAs(sagaId, 'COMPLETED');
    await expectBooked(tripId);
    return sagaId;
  },
  'book-trip.confirm-needs-attention-skipped': async () => {
    await setFault({ participant: 'flight', operation: 'confirmSeat', mode: 'refuse', times: 1 });
    const { tripId, sagaId } = await bookTrip(classic());
    await resolve(sagaId, 'confirm seat', 'skip');
    await endsAs(sagaId, 'INCOMPLETE');
    expect(await trip(tripId)).toMatchObject({ state: 'BOOKED', hotel: { state: 'CONFIRMED' }, flights: [{ state: 'HELD' }] });
    return sagaId;
  },
  'book-trip.approval-given': () => awaitingApproval(LATER_MS, (tripId) => decide(tripId, 'approve'), 'COMPLETED'),
  'book-trip.approval-declined': () => awaitingApproval(LATER_MS, (tripId) => decide(tripId, 'decline'), 'COMPENSATED'),
  'book-trip.approval-aborted': () => awaitingApproval(LATER_MS, (_tripId, sagaId) => abort(sagaId), 'COMPENSATED'),
  'book-trip.approval-expired': () => awaitingApproval(SOON_MS, reminded, 'COMPENSATED'),
  'book-trip.approval-reminded-and-given': () =>
    awaitingApproval(
      SOON_MS,
      async (tripId) => {
        await reminded(tripId);
        await decide(tripId, 'approve');
      },
      'COMPLETED',
    ),
  'book-trip.approval-reminder-refused': async () => {
    await setFault({ participant: 'trip', operation: 'remindApproval', mode: 'refuse' });
    return awaitingApproval(SOON_MS, () => Promise.resolve(), 'COMPENSATED');
  },
  'book-trip.approval-given-during-reminder': async () => {
    await setFault({ participant: 'trip', operation: 'remindApproval', mode: 'delay', delayMs: 10_000, times: 1 });
    return awaitingApproval(
      SOON_MS,
      async (tripId) => {
        await eventually(
          async () => (await call<{ items: unknown[] }>('GET', '/v1/faults')).body.items,
          (faults) => faults.length === 0,
        );
        await decide(tripId, 'approve');
      },
      'COMPLETED',
    );
  },
};
