import type { ReserveSeatCommand, SeatHold } from '../contracts/reservation/flight.commands.js';
import type { ReservationCommand, ReservationStateAnswer } from '../contracts/reservation/reservation.commands.js';
import type { WithIdempotencyKey } from './idempotent-command.js';
import type { ParticipantClient } from './participant.client.js';

/** Commands of sagas to the flight service. */
export const flightActivities = (flight: ParticipantClient<'flight'>) => ({
  reserveSeat: (command: WithIdempotencyKey<ReserveSeatCommand>) => flight.send<SeatHold>('reserveSeat', command),
  confirmSeat: (command: WithIdempotencyKey<ReservationCommand>) => flight.send<ReservationStateAnswer>('confirmSeat', command),
  cancelSeat: (command: WithIdempotencyKey<ReservationCommand>) => flight.send<ReservationStateAnswer>('cancelSeat', command),
});
