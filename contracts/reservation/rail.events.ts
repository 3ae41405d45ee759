import { ReservedRide } from './rail.commands.js';
import { reservationEvents } from './reservation.events.js';

/** The facts that the rail service publishes, by type and version. */
export const railEvents = reservationEvents('rail.seat', ReservedRide, {
  reservationId: 'TRIP-1-1',
  price: { amount: 9_000, currency: 'EUR' },
  trainId: 'TRAIN-FIVE',
  date: '2027-02-01',
  seats: 2,
});
