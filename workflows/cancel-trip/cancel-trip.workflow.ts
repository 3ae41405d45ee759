import type { Money } from '../../contracts/values/money.js';
import type { TripParts } from '../../contracts/trip/trip.resource.js';
import { excludedParts } from '../book-trip/excluded-parts.js';
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
  const cancel = {
    hotel: saga.retriable('cancel room', { do: (call, key) => call.cancelRoom({ ...key, tripId }) }),
    flights: saga.retriable('cancel seat', { do: (call, key) => call.cancelSeat({ ...key, tripId }) }),
    car: saga.retriable('cancel car', { do: (call, key) => call.cancelCar({ ...key, tripId }) }),
    rail: saga.retriable('cancel train', { do: (call, key) => call.cancelTrain({ ...key, tripId }) }),
  };
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
      await saga.parallel({
        hotel: parts.hotel && cancel.hotel,
        flights: parts.flights && cancel.flights,
        car: parts.car && cancel.car,
        rail: parts.rail && cancel.rail,
      });
      if (refund.amount > 0) await refundPayment(refund);
      await confirm(saga.isNotFinal('refund payment') ? { ...refund, amount: 0 } : refund);
      return { state: 'CANCELLED', tripId, refund };
    },
    rejected: ({ reason }) => ({ state: 'BOOKED', tripId, reason }),
  };
});

/** The day on which the trip begins; dates in `YYYY-MM-DD` sort as text. */
function firstDayOf({ hotel, flights, car, rail }: TripParts): string {
  const days = [hotel?.checkIn, ...(flights ?? []).map(({ date }) => date), car?.pickUp, rail?.date];
  return days.flatMap((day) => (day === undefined ? [] : [day])).toSorted()[0] ?? '';
}
