import { workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.js';
import { type Reason, Saga } from '../saga/saga.js';
import { Approval } from './approval.js';
import { needsApproval } from './approval-limit.js';
import type { BookTripOutcome, BookTripRequest } from './book-trip.contract.js';
import { partOf, partsOf, totalOf } from './trip-parts.js';

/** A hold must outlive the saga that is still going on: longer than its deadlines together. docs/adr/0009-holds-outlive-the-saga.md */
const HOLD_GRACE_MS = 24 * 3_600_000;

/** Books hotel, flights, car and train together and charges for them, or leaves nothing booked and nothing charged. */
export async function bookTrip(request: BookTripRequest): Promise<BookTripOutcome> {
  const { tripId, customerId, paymentMethod, hotel, flights, car, rail, approval, policy } = request;
  const saga = new Saga<Activities>(policy);
  const approvals = new Approval();
  const paymentId = `trip-${tripId}`;
  const trip = { customerId, sagaId: workflowInfo().workflowId, ...wanted(request) };
  const holdMs = (policy.forwardDeadlineMs ?? 0) + (approval?.withinMs ?? 0) + HOLD_GRACE_MS;
  const holdUntil = new Date(workflowInfo().startTime.getTime() + holdMs).toISOString();
  const failure = (reason: Reason) => ({ part: partOf(saga.turnedAt), ...reason });

  return saga.run<BookTripOutcome>(
    async () => {
      await saga.compensable(
        'create trip',
        (call, key) => call.createTrip({ ...key, tripId, ...trip }),
        'fail trip',
        (call, key, reason) => call.failTrip({ ...key, tripId, failure: failure(reason), trip }),
      );

      const [room, seats, rental, ride] = await saga.parallel(
        async () =>
          hotel &&
          saga.compensable(
            'reserve room',
            (call, key) => call.reserveRoom({ ...key, tripId, holdUntil, ...hotel }),
            'cancel room',
            (call, key) => call.cancelRoom({ ...key, tripId }),
          ),
        async () =>
          flights &&
          saga.compensable(
            'reserve seat',
            (call, key) => call.reserveSeat({ ...key, tripId, holdUntil, flights }),
            'cancel seat',
            (call, key) => call.cancelSeat({ ...key, tripId }),
          ),
        async () =>
          car &&
          saga.compensable(
            'reserve car',
            (call, key) => call.reserveCar({ ...key, tripId, holdUntil, ...car }),
            'cancel car',
            (call, key) => call.cancelCar({ ...key, tripId }),
          ),
        async () =>
          rail &&
          saga.compensable(
            'reserve train',
            (call, key) => call.reserveTrain({ ...key, tripId, holdUntil, rides: [rail] }),
            'cancel train',
            (call, key) => call.cancelTrain({ ...key, tripId }),
          ),
      );
      const holds = { hotel: room, flights: seats, car: rental, rail: ride };
      const booking = { tripId, parts: partsOf(holds), total: totalOf(holds) };

      await saga.compensable(
        'authorize payment',
        (call, key) => call.authorize({ ...key, paymentId, tripId, customerId, paymentMethod, amount: booking.total }),
        'void payment',
        (call, key) => call.void({ ...key, paymentId }),
      );

      if (approval && needsApproval(booking.total, approval.requiredAbove)) {
        await saga.compensable(
          'request approval',
          (call, key) => call.requestApproval({ ...key, ...booking }),
          'withdraw approval',
          (call, key) => call.withdrawApproval({ ...key, tripId }),
        );
        const decision = await approvals.await((decided) =>
          saga.waitFor(decided, approval.withinMs, {
            name: 'remind approval',
            action: (call, key) => call.remindApproval({ ...key, tripId }),
          }),
        );
        if (decision === undefined) saga.refuse('APPROVAL_EXPIRED', 'Nobody approved the trip in time.');
        if (decision === 'declined') saga.refuse('APPROVAL_DECLINED', approvals.note || 'The trip was declined.');
      }

      await saga.pivot('capture payment', (call, key) => call.capture({ ...key, paymentId }));

      await saga.parallel(
        async () => hotel && saga.retriable('confirm room', (call, key) => call.confirmRoom({ ...key, tripId })),
        async () => flights && saga.retriable('confirm seat', (call, key) => call.confirmSeat({ ...key, tripId })),
        async () => car && saga.retriable('confirm car', (call, key) => call.confirmCar({ ...key, tripId })),
        async () => rail && saga.retriable('confirm train', (call, key) => call.confirmTrain({ ...key, tripId })),
      );
      await saga.retriable('confirm trip', (call, key) => call.confirmTrip({ ...key, ...booking }));
      return { state: 'BOOKED', tripId, total: booking.total };
    },
    (reason) => ({ state: 'FAILED', tripId, failure: failure(reason) }),
  );
}

/** The parts that were asked for; one that was not is absent, not undefined. */
function wanted({ hotel, flights, car, rail }: BookTripRequest): Pick<BookTripRequest, 'hotel' | 'flights' | 'car' | 'rail'> {
  return { ...(hotel && { hotel }), ...(flights && { flights }), ...(car && { car }), ...(rail && { rail }) };
}
