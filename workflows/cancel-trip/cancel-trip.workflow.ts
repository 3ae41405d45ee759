import type { Money } from '../../contracts/values/money.js';
import type { TripParts } from '../../contracts/trip/trip.resource.js';
import { itemsIn, presentParts, tripPartNames, tripPartOf } from '../../contracts/trip/trip-part.js';
import { excludedParts } from '../book-trip/excluded-parts.js';
import { cancelPart, stepsOf } from '../book-trip/part-steps.js';
import { defineSaga } from '../saga/define-saga.js';
import type { CancelTripOutcome, CancelTripRequest } from './cancel-trip.contract.js';
import { refundOf } from './refund-policy.js';

/** Cancels a booked trip: releases every part and refunds by the refund policy, or leaves the trip as it was. */
export const cancelTrip = defineSaga<CancelTripRequest, CancelTripOutcome>((saga, { tripId, request }) => {
  const operation = { tripId, operationId: saga.id };
  const memory = request && { request };
  const paymentId = `trip-${tripId}`;

  const begin = saga.lock('begin trip cancellation', {
    do: (call, key) => call.beginTripCancellation({ ...key, ...operation, ...memory }),
    undo: ['reinstate trip', (call, key, { reason }) => call.reinstateTrip({ ...key, ...operation, reason, ...memory })],
  });
  const commit = saga.pivot('commit trip cancellation', {
    do: (call, key) => call.commitTripCancellation({ ...key, ...operation }),
  });
  const cancel = stepsOf(tripPartNames, (name, noun) =>
    saga.retriable(`cancel ${noun}`, { do: (call, key) => cancelPart(call, name, { ...key, tripId }) }),
  );
  const refundPayment = saga.retriable('refund payment', {
    do: (call, key, amount: Money) => call.refund({ ...key, paymentId, amount }),
  });
  const confirm = saga.retriable('confirm trip cancellation', {
    do: (call, key, refund: Money) =>
      call.confirmTripCancellation({ ...key, ...operation, refund, ...excludedParts(saga, 'cancel') }),
  });

  return {
    process: async () => {
      const { parts, total, begunAt } = await begin();
      const refund = refundOf(total, firstDayOf(parts), Date.parse(begunAt));
      await commit();
      await saga.parallel(Object.fromEntries(presentParts(parts).map(([name]) => [name, cancel[name]])));
      if (refund.amount > 0) await refundPayment(refund);
      await confirm(saga.isNotFinal('refund payment') ? { ...refund, amount: 0 } : refund);
      return { state: 'CANCELLED', tripId, refund };
    },
    rejected: ({ reason }) => ({ state: 'BOOKED', tripId, reason }),
  };
});

/** The day on which the trip begins; dates in `YYYY-MM-DD` sort as text. */
const firstDayOf = (trip: TripParts): string =>
  itemsIn(trip)
    .map(([name, item]) => tripPartOf(name).firstDay(item))
    .toSorted()[0] ?? '';
