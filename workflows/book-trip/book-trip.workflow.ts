import { HOLD_GRACE_MS } from '../../contracts/participant/hold-limits.js';
import type { Money } from '../../contracts/values/money.js';
import { defineSaga } from '../saga/define-saga.js';
import { Approval } from './approval.js';
import { needsApproval } from './approval-limit.js';
import type { BookTripOutcome, BookTripRequest } from './book-trip.contract.js';
import { excludedParts } from './excluded-parts.js';
import { type Booking, bookingOf, requestedParts, tripFailureOf } from './trip-parts.js';

/** Books hotel, flights, car and train together and charges for them, or leaves nothing booked and nothing charged. */
export const bookTrip = defineSaga<BookTripRequest, BookTripOutcome>((saga, input) => {
  const { tripId, customerId, paymentMethod, hotel, flights, car, rail, approval, policy, request, customerVerified } = input;
  const paymentId = `trip-${tripId}`;
  const parts = requestedParts(input);
  const trip = { customerId, operationId: saga.id, ...parts, ...(request && { request }) };
  // A lost saga that is settled for an unknown trip has no parts. Then the tombstone holds only the id.
  const tombstone = Object.keys(parts).length > 0 && { trip };
  const hold = { tripId, holdForMs: (policy.forwardDeadlineMs ?? 0) + (approval?.withinMs ?? 0) + HOLD_GRACE_MS };
  const approvals = new Approval(saga);
  saga.listen(() => approvals.listen());

  const create = saga.compensable('create trip', {
    do: (call, key) => call.createTrip({ ...key, tripId, ...trip }),
    undo: [
      'fail trip',
      (call, key, failure) =>
        call.failTrip({ ...key, tripId, failure: tripFailureOf(failure), ...tombstone, ...excludedParts(saga, 'reserve') }),
    ],
  });
  const checkCustomer =
    !customerVerified && saga.compensable('check customer', { do: (call, key) => call.checkCustomer({ ...key, customerId }) });
  const reserve = {
    hotel:
      hotel &&
      saga.compensable('reserve room', {
        do: (call, key) => call.reserveRoom({ ...key, ...hold, ...hotel }),
        undo: ['cancel room', (call, key) => call.cancelRoom({ ...key, tripId })],
      }),
    flights:
      flights &&
      saga.compensable('reserve seat', {
        do: (call, key) => call.reserveSeat({ ...key, ...hold, flights }),
        undo: ['cancel seat', (call, key) => call.cancelSeat({ ...key, tripId })],
      }),
    car:
      car &&
      saga.compensable('reserve car', {
        do: (call, key) => call.reserveCar({ ...key, ...hold, ...car }),
        undo: ['cancel car', (call, key) => call.cancelCar({ ...key, tripId })],
      }),
    rail:
      rail &&
      saga.compensable('reserve train', {
        do: (call, key) => call.reserveTrain({ ...key, ...hold, rides: [rail] }),
        undo: ['cancel train', (call, key) => call.cancelTrain({ ...key, tripId })],
      }),
  };
  const authorize = saga.compensable('authorize payment', {
    do: (call, key, amount: Money) =>
      call.authorize({ ...key, paymentId, tripId, customerId, paymentMethod, amount, holdForMs: hold.holdForMs }),
    undo: ['void payment', (call, key) => call.void({ ...key, paymentId })],
  });
  const approve = approval && {
    ...approval,
    request: saga.compensable('request approval', {
      do: (call, key, booking: Booking) => call.requestApproval({ ...key, ...booking }),
      undo: ['withdraw approval', (call, key) => call.withdrawApproval({ ...key, tripId })],
    }),
    accept: saga.compensable('accept approval', { do: (call, key) => call.acceptApproval({ ...key, tripId }) }),
  };

  const capture = saga.pivot('capture payment', { do: (call, key) => call.capture({ ...key, paymentId }) });

  const confirm = {
    hotel: hotel && saga.retriable('confirm room', { do: (call, key) => call.confirmRoom({ ...key, tripId }) }),
    flights: flights && saga.retriable('confirm seat', { do: (call, key) => call.confirmSeat({ ...key, tripId }) }),
    car: car && saga.retriable('confirm car', { do: (call, key) => call.confirmCar({ ...key, tripId }) }),
    rail: rail && saga.retriable('confirm train', { do: (call, key) => call.confirmTrain({ ...key, tripId }) }),
  };
  const confirmTrip = saga.retriable('confirm trip', {
    do: (call, key, booking: Booking) => call.confirmTrip({ ...key, ...booking, ...excludedParts(saga, 'confirm') }),
  });

  /** Waits until a person has approved the booking, and rolls the saga back otherwise. */
  async function awaitApproval(booking: Booking): Promise<void> {
    if (saga.committed || !approve || !needsApproval(booking.total, approve.requiredAbove)) return;
    await approve.request(booking);
    const decision = await approvals.await((decided) =>
      saga.waitFor(decided, approve.withinMs, {
        name: 'remind approval',
        do: (call, key) => call.remindApproval({ ...key, tripId }),
      }),
    );
    if (decision === undefined) saga.refuse('APPROVAL_EXPIRED', 'Nobody approved the trip in time.');
    if (decision === 'declined') saga.refuse('APPROVAL_DECLINED', approvals.note || 'The trip was declined.');
    await approve.accept();
  }

  return {
    process: async () => {
      await create();
      if (checkCustomer) await checkCustomer();
      const booking = bookingOf(tripId, await saga.parallel(reserve));
      await authorize(booking.total);
      await awaitApproval(booking);
      await capture();
      await saga.parallel(confirm);
      await confirmTrip(booking);
      return { state: 'BOOKED', tripId, total: booking.total };
    },
    rejected: (failure) => ({ state: 'FAILED', tripId, failure: tripFailureOf(failure) }),
  };
});
