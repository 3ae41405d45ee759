import { workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.js';
import type { TripParts } from '../../contracts/trip.resource.js';
import { unsettledParts } from '../book-trip/unsettled-parts.js';
import { Saga } from '../saga/saga.js';
import type { CancelTripOutcome, CancelTripRequest } from './cancel-trip.contract.js';
import { refundOf } from './refund-policy.js';

/** Cancels a booked trip: releases every part and gives back what the policy says, or leaves the trip as it was. */
export async function cancelTrip({ tripId, policy }: CancelTripRequest): Promise<CancelTripOutcome> {
  const saga = new Saga<Activities>(policy);
  const paymentId = `trip-${tripId}`;
  const operationId = workflowInfo().workflowId;

  return saga.run<CancelTripOutcome>(
    async () => {
      const { parts, total, begunAt } = await saga.compensable(
        'begin trip cancellation',
        (call, key) => call.beginTripCancellation({ ...key, tripId, operationId }),
        'reinstate trip',
        (call, key, reason) => call.reinstateTrip({ ...key, tripId, operationId, reason }),
      );
      const refund = refundOf(total, firstDayOf(parts), Date.parse(begunAt));

      await saga.pivot('commit trip cancellation', (call, key) => call.commitTripCancellation({ ...key, tripId, operationId }));

      await saga.parallel(
        async () => parts.hotel && saga.retriable('cancel room', (call, key) => call.cancelRoom({ ...key, tripId })),
        async () => parts.flights && saga.retriable('cancel seat', (call, key) => call.cancelSeat({ ...key, tripId })),
        async () => parts.car && saga.retriable('cancel car', (call, key) => call.cancelCar({ ...key, tripId })),
        async () => parts.rail && saga.retriable('cancel train', (call, key) => call.cancelTrain({ ...key, tripId })),
      );
      if (refund.amount > 0)
        await saga.retriable('refund payment', (call, key) => call.refund({ ...key, paymentId, amount: refund }));
      const given = saga.isUnsettled('refund payment') ? { ...refund, amount: 0 } : refund;
      await saga.retriable('confirm trip cancellation', (call, key) =>
        call.confirmTripCancellation({ ...key, tripId, operationId, refund: given, ...unsettledParts(saga, 'cancel') }),
      );
      return { state: 'CANCELLED', tripId, refund };
    },
    (reason) => ({ state: 'BOOKED', tripId, reason }),
  );
}

/** The day on which the trip begins; dates in `YYYY-MM-DD` sort as text. */
function firstDayOf({ hotel, flights, car, rail }: TripParts): string {
  const days = [hotel?.checkIn, ...(flights ?? []).map(({ date }) => date), car?.pickUp, rail?.date];
  return days.flatMap((day) => (day === undefined ? [] : [day])).toSorted()[0] ?? '';
}
