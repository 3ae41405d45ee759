import { ReservedStay } from './hotel.commands.js';
import { reservationEvents } from './reservation.events.js';

/** The facts that the hotel service publishes, by type and version. */
export const hotelEvents = reservationEvents('hotel.room', ReservedStay);
