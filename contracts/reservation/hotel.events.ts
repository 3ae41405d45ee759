import { ReservedStay } from './hotel.commands.js';
import { reservationEvents } from './reservation.events.js';

/** The facts that the hotel service publishes, by type and version. */
export const hotelEvents = reservationEvents('hotel.room', ReservedStay, {
  reservationId: 'TRIP-1-1',
  price: { amount: 24_000, currency: 'EUR' },
  hotelId: 'HOTEL-ASTORIA',
  checkIn: '2027-02-01',
  checkOut: '2027-02-03',
  rooms: 1,
});
