import { Injectable } from '@nestjs/common';
import { ReserveRoomCommand } from '../../contracts/reservation/hotel.commands.js';
import { holdTerm, ReservationCommand } from '../../contracts/reservation/reservation.commands.js';
import { command, type CommandHandlers } from '../../libs/participant/command-handler.js';
import type { Transaction } from '../../libs/participant/transaction.js';
import { Reservations } from '../../libs/reservation/reservations.js';
import { roomsOf } from './rooms-of.js';

export const hotelReservations = new Reservations({
  participant: 'hotel',
  noun: 'room',
  refusals: { full: 'HOTEL_FULL', unknown: 'UNKNOWN_HOTEL', days: 'STAY_INVALID' },
});

/** What sagas may ask of the hotel service. Each command is harmless when repeated, with the same key or with another. */
@Injectable()
export class HotelCommands implements CommandHandlers<'hotel', Transaction> {
  readonly reserveRoom = command(
    ReserveRoomCommand,
    (tx: Transaction, { tripId, holdForMs, ...stay }, context) =>
      hotelReservations.reserve(tx, { tripId, holdForMs, items: [roomsOf(stay)] }, context),
    holdTerm,
  );

  readonly confirmRoom = command(ReservationCommand, (tx: Transaction, trip, context) =>
    hotelReservations.confirm(tx, trip, context),
  );

  readonly cancelRoom = command(ReservationCommand, (tx: Transaction, trip, context) =>
    hotelReservations.cancel(tx, trip, context),
  );
}
