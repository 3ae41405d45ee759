import { ReservedRental } from './car.commands.js';
import { reservationEvents } from './reservation.events.js';

/** The facts that the car service publishes, by type and version. */
export const carEvents = reservationEvents('car.car', ReservedRental);
