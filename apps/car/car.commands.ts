import { Injectable } from '@nestjs/common';
import { type CarRental, ReserveCarCommand } from '../../contracts/reservation/car.commands.js';
import { holdTerm, ReservationCommand } from '../../contracts/reservation/reservation.commands.js';
import { command, type CommandHandlers } from '../../libs/participant/command-handler.js';
import type { Transaction } from '../../libs/participant/transaction.js';
import { Reservations } from '../../libs/reservation/reservations.js';

export const carReservations = new Reservations({
  participant: 'car',
  noun: 'car',
  refusals: { full: 'CAR_UNAVAILABLE', unknown: 'UNKNOWN_CAR', days: 'RENTAL_INVALID' },
});

/** The car that a rental takes, on the days of pick-up and drop-off too. */
export const toItem = (rental: CarRental) => ({
  resource: `${rental.carClass}@${rental.location}`,
  firstDay: rental.pickUp,
  lastDay: rental.dropOff,
  units: 1,
  request: rental,
});

/** The commands of the car service. A repeated command has no second effect, with the same key or with another. */
@Injectable()
export class CarCommands implements CommandHandlers<'car', Transaction> {
  readonly reserveCar = command(
    ReserveCarCommand,
    (tx: Transaction, { tripId, holdForMs, ...rental }, context) =>
      carReservations.reserve(tx, { tripId, holdForMs, items: [toItem(rental)] }, context),
    holdTerm,
  );

  readonly confirmCar = command(ReservationCommand, (tx: Transaction, trip, context) =>
    carReservations.confirm(tx, trip, context),
  );

  readonly cancelCar = command(ReservationCommand, (tx: Transaction, trip, context) => carReservations.cancel(tx, trip, context));
}
