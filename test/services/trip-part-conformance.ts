import { describe, expect, it } from 'vitest';
import type { ReservationParticipant } from '../../contracts/participant/participants.js';
import { tripPartNames, tripPartTable } from '../../contracts/trip/trip-part.js';
import { call, ended } from '../support/api.js';
import { samplePart } from '../support/trip-part-samples.js';
import { bookTrip, expectBooked, expectCancelled, expectNothingBooked, reservationsOf, tripOf } from '../support/trips.js';

interface Scarcity {
  /** What the participant refuses with when all is taken. */
  full: string;
  /** Takes all that there is of the scarce resource on a day. */
  fill: (day: string) => Promise<unknown>;
  freshDay: () => string;
}

/** What a trip gets of a participant that takes reservations, by the API and the sagas. */
export function describeTripPart(participant: ReservationParticipant, { full, fill, freshDay }: Scarcity): void {
  const part = tripPartNames.find((name) => tripPartTable[name].participant === participant)!;

  describe(`${participant}: as a part of a trip`, () => {
    it('is booked with the trip, and released with it', async () => {
      const customer = { customerId: 'CUST-ALICE', paymentMethod: 'pm_ok' };
      const booking = await bookTrip({ ...customer, [part]: samplePart(part, 'plenty', freshDay()) });
      expect((await ended(booking.sagaId)).state).toBe('COMPLETED');
      await expectBooked(booking.tripId);
      expect((await reservationsOf(booking.tripId)).map((reservation) => reservation.participant)).toEqual([participant]);

      const cancelling = await call<{ sagaId: string }>('POST', `/v1/trips/${booking.tripId}/cancel`);
      expect((await ended(cancelling.body.sagaId)).state).toBe('COMPLETED');
      await expectCancelled(booking.tripId);
    });

    it('rolls the trip back when none is left', async () => {
      const day = freshDay();
      await fill(day);
      const booking = await bookTrip({ ...tripOf(), [part]: samplePart(part, 'scarce', day) });
      expect((await ended(booking.sagaId)).state).toBe('COMPENSATED');
      await expectNothingBooked(booking.tripId, full);
    });
  });
}
