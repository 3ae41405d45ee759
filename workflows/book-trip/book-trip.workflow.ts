import { HOLD_GRACE_MS } from '../../contracts/participant/hold-limits.js';
import { partsIn, presentParts } from '../../contracts/trip/trip-part.js';
import type { Money } from '../../contracts/values/money.js';
import { defineSaga } from '../saga/define-saga.js';
import { Approval } from './approval.js';
import { needsApproval } from './approval-limit.js';
import type { BookTripOutcome, BookTripRequest } from './book-trip.contract.js';
import { excludedParts } from './excluded-parts.js';
import { cancelPart, confirmPart, reservePart, stepsOf } from './part-steps.js';
import { type Booking, bookingOf, tripFailureOf } from './trip-parts.js';

/** Books all parts of a trip together and charges for them, or leaves nothing booked and nothing charged. */
export const bookTrip = defineSaga<BookTripRequest, BookTripOutcome>((saga, input) => {
  const { tripId, customerId, paymentMethod, approval, policy, request, customerVerified } = input;
  const paymentId = `trip-${tripId}`;
  const parts = partsIn(input);
  const names = presentParts(parts).map(([name]) => name);
  const trip = { customerId, operationId: saga.id, ...parts, ...(request && { request }) };
  // A lost saga that is settled for an unknown trip has no parts. Then the tombstone holds only the id.
  const tombstone = names.length > 0 && { trip };
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
  const reserve = stepsOf(names, (name, noun) =>
    saga.compensable(`reserve ${noun}`, {
      do: (call, key) => reservePart(call, name, { ...key, ...hold }, parts[name]!),
      undo: [`cancel ${noun}`, (call, key) => cancelPart(call, name, { ...key, tripId })],
    }),
  );
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

  const confirm = stepsOf(names, (name, noun) =>
    saga.retriable(`confirm ${noun}`, { do: (call, key) => confirmPart(call, name, { ...key, tripId }) }),
  );
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
