import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.js';
import type { BookTripRequest } from '../../workflows/book-trip/book-trip.contract.js';
import { partsOf, totalOf } from '../../workflows/book-trip/trip-parts.js';

const call = proxyActivities<Activities>({ startToCloseTimeout: '1 minute', retry: { maximumAttempts: 3 } });
const HOLD_MS = 24 * 3_600_000;

/** The same calls as `bookTrip`, written as the published saga sample writes them: normal activities one after the other, a list of undos. */
export async function bookTripAsSample(request: BookTripRequest): Promise<{ state: string }> {
  const { tripId, customerId, paymentMethod, hotel, flights, car } = request;
  const operationId = workflowInfo().workflowId;
  const key = (step: string) => ({ key: `${operationId}/${step}` });
  const trip = { customerId, operationId, hotel: hotel!, flights: flights!, car: car! };
  const paymentId = `trip-${tripId}`;
  const failure = { part: 'trip', code: 'ABORTED', detail: 'failed' };
  const compensations: (() => Promise<unknown>)[] = [];
  try {
    compensations.unshift(() => call.failTrip({ ...key('fail'), tripId, failure, trip }));
    await call.createTrip({ ...key('create'), tripId, ...trip });
    compensations.unshift(() => call.cancelRoom({ ...key('cancel-room'), tripId }));
    const room = await call.reserveRoom({ ...key('room'), tripId, holdForMs: HOLD_MS, ...trip.hotel });
    compensations.unshift(() => call.cancelSeat({ ...key('cancel-seat'), tripId }));
    const seats = await call.reserveSeat({ ...key('seat'), tripId, holdForMs: HOLD_MS, flights: trip.flights });
    compensations.unshift(() => call.cancelCar({ ...key('cancel-car'), tripId }));
    const rental = await call.reserveCar({ ...key('car'), tripId, holdForMs: HOLD_MS, ...trip.car });
    const holds = { hotel: room, flights: seats, car: rental };
    const booking = { tripId, parts: partsOf(holds), total: totalOf(holds) };
    compensations.unshift(() => call.void({ ...key('void'), paymentId }));
    await call.authorize({ ...key('authorize'), paymentId, tripId, customerId, paymentMethod, amount: booking.total });
    await call.capture({ ...key('capture'), paymentId });
    await call.confirmRoom({ ...key('confirm-room'), tripId });
    await call.confirmSeat({ ...key('confirm-seat'), tripId });
    await call.confirmCar({ ...key('confirm-car'), tripId });
    await call.confirmTrip({ ...key('confirm'), ...booking });
    return { state: 'BOOKED' };
  } catch {
    for (const compensate of compensations) await compensate();
    return { state: 'FAILED' };
  }
}
