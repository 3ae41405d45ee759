import { expect } from 'vitest';
import type { Fault } from '../../../contracts/participant/fault.resource.js';
import { call, ended, setFault } from '../../support/api.js';
import { bookTrip, dayFromNow, trip } from '../../support/trips.js';
import { cancelWorkflow } from './cancel-workflow.js';
import { abort, comesTo, endsAs, resolve, type Scenarios } from './scenario.js';

/** Asks for the cancellation of a booked trip that begins in so many days; `fault` is there from then on. */
async function cancelled(days: number, fault?: Fault, train?: string): Promise<{ tripId: string; sagaId: string }> {
  const [first, last] = [dayFromNow(days), dayFromNow(days + 2)];
  const { tripId, sagaId: booking } = await bookTrip({
    customerId: 'CUST-ALICE',
    paymentMethod: 'pm_ok',
    hotel: { hotelId: 'HOTEL-ASTORIA', checkIn: first, checkOut: last, rooms: 1 },
    flights: [{ flightId: 'FLIGHT-AMS-VIE', date: first, seats: 1 }],
    car: { carClass: 'COMPACT', location: 'AMS', pickUp: first, dropOff: last },
    ...(train && { rail: { trainId: train, date: first, seats: 1 } }),
  });
  expect((await ended(booking)).state).toBe('COMPLETED');
  if (fault) await setFault(fault);
  const { status, body } = await call<{ sagaId: string }>('POST', `/v1/trips/${tripId}/cancel`);
  expect(status).toBe(202);
  return { tripId, sagaId: body.sagaId };
}

async function refunds(days: number, share: number, train?: string): Promise<string> {
  const { tripId, sagaId } = await cancelled(days, undefined, train);
  await endsAs(sagaId, 'COMPLETED');
  const { total, refund } = await trip(tripId);
  expect(refund?.amount).toBe(Math.floor(total.amount * share));
  return sagaId;
}

async function leavesBooked({ tripId, sagaId }: { tripId: string; sagaId: string }): Promise<string> {
  await endsAs(sagaId, 'COMPENSATED');
  expect(await trip(tripId)).toMatchObject({ state: 'BOOKED', hotel: { state: 'CONFIRMED' } });
  return sagaId;
}

/** A cancellation that has begun, and whose beginning takes its time. */
async function beginning(): Promise<{ tripId: string; sagaId: string }> {
  const operation = 'beginTripCancellation';
  const started = await cancelled(60, { participant: 'trip', operation, mode: 'delay', delayMs: 3_000 });
  await comesTo(started.sagaId, 'begin trip cancellation', 'RUNNING');
  return started;
}

const refusing = (participant: string, operation: string): Fault => ({ participant, operation, mode: 'refuse', times: 1 });

/** A cancellation that is refused at its pivot, and whose own undo is refused then. */
async function refusedBothWays(): Promise<{ tripId: string; sagaId: string }> {
  await setFault(refusing('trip', 'reinstateTrip'));
  return cancelled(60, refusing('trip', 'commitTripCancellation'));
}

export const cancelTripScenarios: Scenarios = {
  'cancel-trip.cancelled-full-refund': () => refunds(60, 1),
  'cancel-trip.cancelled-with-train': () => refunds(60, 1, 'TRAIN-AMS-BER'),
  'cancel-trip.cancelled-half-refund': () => refunds(10, 0.5),
  'cancel-trip.cancelled-no-refund': () => refunds(1, 0),
  'cancel-trip.refused': async () => leavesBooked(await cancelled(60, refusing('trip', 'beginTripCancellation'))),
  'cancel-trip.refused-at-the-pivot': async () => leavesBooked(await cancelled(60, refusing('trip', 'commitTripCancellation'))),
  'cancel-trip.aborted': async () => {
    const started = await beginning();
    await abort(started.sagaId);
    return leavesBooked(started);
  },
  'cancel-trip.cancelled-by-the-platform': async () => {
    const started = await beginning();
    await cancelWorkflow(started.sagaId);
    return leavesBooked(started);
  },
  'cancel-trip.compensated-participant-unavailable': async () =>
    leavesBooked(await cancelled(60, { participant: 'trip', operation: 'beginTripCancellation', mode: 'error' })),
  'cancel-trip.needs-attention-retried': async () => {
    const { sagaId } = await cancelled(60, refusing('flight', 'cancelSeat'));
    await resolve(sagaId, 'cancel seat', 'retry');
    return endsAs(sagaId, 'COMPLETED');
  },
  'cancel-trip.needs-attention-done': async () => {
    const { tripId, sagaId } = await cancelled(60, refusing('payment', 'refund'));
    await resolve(sagaId, 'refund payment', 'done');
    await endsAs(sagaId, 'COMPLETED');
    const { total, refund } = await trip(tripId);
    expect(refund).toEqual(total);
    return sagaId;
  },
  'cancel-trip.needs-attention-skipped': async () => {
    const { sagaId } = await cancelled(60, refusing('payment', 'refund'));
    await resolve(sagaId, 'refund payment', 'skip');
    return endsAs(sagaId, 'INCOMPLETE');
  },
  'cancel-trip.undo-needs-attention-retried': async () => {
    const started = await refusedBothWays();
    await resolve(started.sagaId, 'reinstate trip', 'retry');
    return leavesBooked(started);
  },
  'cancel-trip.undo-needs-attention-skipped': async () => {
    const { sagaId } = await refusedBothWays();
    await resolve(sagaId, 'reinstate trip', 'skip');
    return endsAs(sagaId, 'INCOMPLETE');
  },
};
