import { Injectable } from '@nestjs/common';
import { type TrainRide, ReserveTrainCommand } from '../../contracts/reservation/rail.commands.js';
import { holdTerm, ReservationCommand } from '../../contracts/reservation/reservation.commands.js';
import { command, type CommandHandlers } from '../../libs/participant/command-handler.js';
import type { Transaction } from '../../libs/participant/transaction.js';
import { Reservations } from '../../libs/reservation/reservations.js';

export const railReservations = new Reservations({
  participant: 'rail',
  noun: 'seat',
  refusals: { full: 'TRAIN_FULL', unknown: 'UNKNOWN_TRAIN', days: 'TRAIN_DATE_INVALID' },
});

/** The seats that a ride takes. */
export const toItem = (ride: TrainRide) => ({
  resource: ride.trainId,
  firstDay: ride.date,
  lastDay: ride.date,
  units: ride.seats,
  request: ride,
});

/** The commands of the rail service. A repeated command has no second effect, with the same key or with another. */
@Injectable()
export class RailCommands implements CommandHandlers<'rail', Transaction> {
  readonly reserveSeat = command(
    ReserveTrainCommand,
    (tx: Transaction, { tripId, holdForMs, rides }, context) =>
      railReservations.reserve(tx, { tripId, holdForMs, items: rides.map(toItem) }, context),
    holdTerm,
  );

  readonly confirmSeat = command(ReservationCommand, (tx: Transaction, trip, context) =>
    railReservations.confirm(tx, trip, context),
  );

  readonly cancelSeat = command(ReservationCommand, (tx: Transaction, trip, context) =>
    railReservations.cancel(tx, trip, context),
  );
}
