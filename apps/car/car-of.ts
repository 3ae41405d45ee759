import type { CarRental } from '../../contracts/reservation/car.commands.js';

/** The car that a rental takes, on the days of pick-up and drop-off too. */
export const carOf = (rental: CarRental) => ({
  resource: `${rental.carClass}@${rental.location}`,
  firstDay: rental.pickUp,
  lastDay: rental.dropOff,
  units: 1,
  request: rental,
});
