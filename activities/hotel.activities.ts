import type { ReserveRoomCommand, RoomHold } from '../contracts/reservation/hotel.commands.js';
import type { ReservationCommand, ReservationStateAnswer } from '../contracts/reservation/reservation.commands.js';
import type { WithIdempotencyKey } from './idempotent-command.js';
import type { ParticipantClient } from './participant.client.js';

/** Commands of sagas to the hotel service. */
export const hotelActivities = (hotel: ParticipantClient<'hotel'>) => ({
  reserveRoom: (command: WithIdempotencyKey<ReserveRoomCommand>) => hotel.send<RoomHold>('reserveRoom', command),
  confirmRoom: (command: WithIdempotencyKey<ReservationCommand>) => hotel.send<ReservationStateAnswer>('confirmRoom', command),
  cancelRoom: (command: WithIdempotencyKey<ReservationCommand>) => hotel.send<ReservationStateAnswer>('cancelRoom', command),
});
