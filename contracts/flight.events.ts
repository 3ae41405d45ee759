import { ReservedLeg } from './flight.commands.js';
import { reservationEvents } from './reservation.events.js';

/** The facts that the flight service publishes, by type and version. */
export const flightEvents = reservationEvents('flight.seat', ReservedLeg);
