import { Injectable } from '@nestjs/common';
import { type HotelStay, ReserveRoomCommand } from '../../contracts/reservation/hotel.commands.js';
import { holdTerm, ReservationCommand } from '../../contracts/reservation/reservation.commands.js';
import { command, type CommandHandlers } from '../../libs/participant/command-handler.js';
import type { Transaction } from '../../libs/participant/transaction.js';
import { addDays } from '../../libs/reservation/calendar.js';
import { Reservations } from '../../libs/reservation/reservations.js';

export const hotelReservations = new Reservations({
  participant: 'hotel',
  noun: 'room',
  refusals: { full: 'HOTEL_FULL', unknown: 'UNKNOWN_HOTEL', days: 'STAY_INVALID' },
});

/** The rooms that a stay takes: one night for each day from check-in, the day of check-out not included. */
export const toItem = (stay: HotelStay) => ({
  resource: stay.hotelId,
  firstDay: stay.checkIn,
  lastDay: addDays(stay.checkOut, -1),
  units: stay.rooms,
  request: stay,
});

/** The commands of the hotel service. A repeated command has no second effect, with the same key or with another. */
@Injectable()
export class HotelCommands implements CommandHandlers<'hotel', Transaction> {
  readonly reserveRoom = command(
    ReserveRoomCommand,
    (tx: Transaction, { tripId, holdForMs, ...stay }, context) =>
      hotelReservations.reserve(tx, { tripId, holdForMs, items: [toItem(stay)] }, context),
    holdTerm,
  );

  readonly confirmRoom = command(ReservationCommand, (tx: Transaction, trip, context) =>
    hotelReservations.confirm(tx, trip, context),
  );

  readonly cancelRoom = command(ReservationCommand, (tx: Transaction, trip, context) =>
    hotelReservations.cancel(tx, trip, context),
  );
}
