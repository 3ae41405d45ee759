import { ReservedRental } from './car.commands.js';
import { reservationEvents } from './reservation.events.js';

/** The facts that the car service publishes, by type and version. */
export const carEvents = reservationEvents('car.car', ReservedRental, {
  reservationId: 'TRIP-1-1',
  price: { amount: 13_500, currency: 'EUR' },
  carClass: 'COMPACT',
  location: 'AMS',
  pickUp: '2027-02-01',
  dropOff: '2027-02-03',
});
