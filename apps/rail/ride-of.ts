import type { TrainRide } from '../../contracts/reservation/rail.commands.js';

/** The seats that a ride takes. */
export const rideOf = (ride: TrainRide) => ({
  resource: ride.trainId,
  firstDay: ride.date,
  lastDay: ride.date,
  units: ride.seats,
  request: ride,
});
