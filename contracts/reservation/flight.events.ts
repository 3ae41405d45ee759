import { ReservedLeg } from './flight.commands.js';
import { reservationEvents } from './reservation.events.js';

/** The facts that the flight service publishes, by type and version. */
export const flightEvents = reservationEvents('flight.seat', ReservedLeg, {
  reservationId: 'TRIP-1-1',
  price: { amount: 18_000, currency: 'EUR' },
  flightId: 'FLIGHT-BER-AMS',
  date: '2027-02-01',
  seats: 2,
});
