import type { FlightLeg } from '../../contracts/reservation/flight.commands.js';

/** The seats that one leg takes. */
export const seatsOf = (leg: FlightLeg) => ({
  resource: leg.flightId,
  firstDay: leg.date,
  lastDay: leg.date,
  units: leg.seats,
  request: leg,
});
