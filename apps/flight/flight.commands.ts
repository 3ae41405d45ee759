import { Injectable } from '@nestjs/common';
import { type FlightLeg, ReserveSeatCommand } from '../../contracts/reservation/flight.commands.js';
import { holdTerm, ReservationCommand } from '../../contracts/reservation/reservation.commands.js';
import { command, type CommandHandlers } from '../../libs/participant/command-handler.js';
import type { Transaction } from '../../libs/participant/transaction.js';
import { Reservations } from '../../libs/reservation/reservations.js';

export const flightReservations = new Reservations({
  participant: 'flight',
  noun: 'seat',
  refusals: { full: 'FLIGHT_FULL', unknown: 'UNKNOWN_FLIGHT', days: 'FLIGHT_DATE_INVALID' },
});

/** The seats that one leg takes. */
export const toItem = (leg: FlightLeg) => ({
  resource: leg.flightId,
  firstDay: leg.date,
  lastDay: leg.date,
  units: leg.seats,
  request: leg,
});

/** The commands of the flight service. A repeated command has no second effect, with the same key or with another. */
@Injectable()
export class FlightCommands implements CommandHandlers<'flight', Transaction> {
  readonly reserveSeat = command(
    ReserveSeatCommand,
    (tx: Transaction, { tripId, holdForMs, flights }, context) =>
      flightReservations.reserve(tx, { tripId, holdForMs, items: flights.map(toItem) }, context),
    holdTerm,
  );

  readonly confirmSeat = command(ReservationCommand, (tx: Transaction, trip, context) =>
    flightReservations.confirm(tx, trip, context),
  );

  readonly cancelSeat = command(ReservationCommand, (tx: Transaction, trip, context) =>
    flightReservations.cancel(tx, trip, context),
  );
}
