import { workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.js';
import type { Reason } from '../saga/saga.contract.js';
import { Saga } from '../saga/saga.js';
import { Approval } from './approval.js';
import { needsApproval } from './approval-limit.js';
import type { BookTripOutcome, BookTripRequest } from './book-trip.contract.js';
import { type Booking, bookingOf, type Holds, partOf } from './trip-parts.js';
import { unsettledParts } from './unsettled-parts.js';

/** On top of all deadlines before the pivot, for what comes after it and has none. docs/adr/0009-holds-outlive-the-saga.md */
const HOLD_GRACE_MS = 14 * 86_400_000;

/** Books hotel, flights, car and train together and charges for them, or leaves nothing booked and nothing charged. */
export async function bookTrip(request: BookTripRequest): Promise<BookTripOutcome> {
  const { tripId, customerId, paymentMethod, approval, policy } = request;
  const saga = new Saga<Activities>(policy);
  const approvals = new Approval();
  const paymentId = `trip-${tripId}`;
  const trip = { customerId, operationId: workflowInfo().workflowId, ...wanted(request) };
  const failure = (reason: Reason) => ({ part: partOf(saga.turnedAt), ...reason });

  return saga.run<BookTripOutcome>(
    async () => {
      await saga.compensable(
        'create trip',
        (call, key) => call.createTrip({ ...key, tripId, ...trip }),
        'fail trip',
        (call, key, reason) =>
          call.failTrip({ ...key, tripId, failure: failure(reason), trip, ...unsettledParts(saga, 'reserve') }),
      );
      const booking = bookingOf(tripId, await reserveParts(saga, request));
      await saga.compensable(
        'authorize payment',
        (call, key) => call.authorize({ ...key, paymentId, tripId, customerId, paymentMethod, amount: booking.total }),
        'void payment',
        (call, key) => call.void({ ...key, paymentId }),
      );
      if (approval && needsApproval(booking.total, approval.requiredAbove))
        await awaitApproval(saga, approvals, booking, approval.withinMs);

      await saga.pivot('capture payment', (call, key) => call.capture({ ...key, paymentId }));

      await confirmParts(saga, request);
      await saga.retriable('confirm trip', (call, key) =>
        call.confirmTrip({ ...key, ...booking, ...unsettledParts(saga, 'confirm') }),
      );
      return { state: 'BOOKED', tripId, total: booking.total };
    },
    (reason) => ({ state: 'FAILED', tripId, failure: failure(reason) }),
  );
}

/** Holds whatever was asked for, all at once. */
async function reserveParts(saga: Saga<Activities>, request: BookTripRequest): Promise<Holds> {
  const { tripId, hotel, flights, car, rail, approval, policy } = request;
  const holdForMs = (policy.forwardDeadlineMs ?? 0) + (approval?.withinMs ?? 0) + HOLD_GRACE_MS;
  const hold = { tripId, holdForMs };
  const [room, seats, rental, ride] = await saga.parallel(
    async () =>
      hotel &&
      saga.compensable(
        'reserve room',
        (call, key) => call.reserveRoom({ ...key, ...hold, ...hotel }),
        'cancel room',
        (call, key) => call.cancelRoom({ ...key, tripId }),
      ),
    async () =>
      flights &&
      saga.compensable(
        'reserve seat',
        (call, key) => call.reserveSeat({ ...key, ...hold, flights }),
        'cancel seat',
        (call, key) => call.cancelSeat({ ...key, tripId }),
      ),
    async () =>
      car &&
      saga.compensable(
        'reserve car',
        (call, key) => call.reserveCar({ ...key, ...hold, ...car }),
        'cancel car',
        (call, key) => call.cancelCar({ ...key, tripId }),
      ),
    async () =>
      rail &&
      saga.compensable(
        'reserve train',
        (call, key) => call.reserveTrain({ ...key, ...hold, rides: [rail] }),
        'cancel train',
        (call, key) => call.cancelTrain({ ...key, tripId }),
      ),
  );
  return { hotel: room, flights: seats, car: rental, rail: ride };
}

/** Goes on when a person has approved the booking, and turns the saga round otherwise. */
async function awaitApproval(saga: Saga<Activities>, approvals: Approval, booking: Booking, withinMs: number): Promise<void> {
  const { tripId } = booking;
  await saga.compensable(
    'request approval',
    (call, key) => call.requestApproval({ ...key, ...booking }),
    'withdraw approval',
    (call, key) => call.withdrawApproval({ ...key, tripId }),
  );
  const decision = await approvals.await((decided) =>
    saga.waitFor(decided, withinMs, {
      name: 'remind approval',
      action: (call, key) => call.remindApproval({ ...key, tripId }),
    }),
  );
  if (decision === undefined) saga.refuse('APPROVAL_EXPIRED', 'Nobody approved the trip in time.');
  if (decision === 'declined') saga.refuse('APPROVAL_DECLINED', approvals.note || 'The trip was declined.');
}

/** Makes what is held the customer's, all at once. */
async function confirmParts(saga: Saga<Activities>, { tripId, hotel, flights, car, rail }: BookTripRequest): Promise<void> {
  await saga.parallel(
    async () => hotel && saga.retriable('confirm room', (call, key) => call.confirmRoom({ ...key, tripId })),
    async () => flights && saga.retriable('confirm seat', (call, key) => call.confirmSeat({ ...key, tripId })),
    async () => car && saga.retriable('confirm car', (call, key) => call.confirmCar({ ...key, tripId })),
    async () => rail && saga.retriable('confirm train', (call, key) => call.confirmTrain({ ...key, tripId })),
  );
}

/** The parts that were asked for; one that was not is absent, not undefined. */
function wanted({ hotel, flights, car, rail }: BookTripRequest): Pick<BookTripRequest, 'hotel' | 'flights' | 'car' | 'rail'> {
  return { ...(hotel && { hotel }), ...(flights && { flights }), ...(car && { car }), ...(rail && { rail }) };
}
