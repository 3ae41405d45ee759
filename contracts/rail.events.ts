import { ReservedRide } from './rail.commands.js';
import { reservationEvents } from './reservation.events.js';

/** The facts that the rail service publishes, by type and version. */
export const railEvents = reservationEvents('rail.seat', ReservedRide);
