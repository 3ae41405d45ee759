import type { ReserveSeatCommand, SeatHold } from '../contracts/flight.commands.js';
import type { ReservationCommand, ReservationStateAnswer } from '../contracts/reservation.commands.js';
import type { Keyed } from './keyed.js';
import type { ParticipantClient } from './participant.client.js';

/** What sagas ask of the flight service. */
export const flightActivities = (flight: ParticipantClient<'flight'>) => ({
  reserveSeat: (command: Keyed<ReserveSeatCommand>) => flight.send<SeatHold>('reserveSeat', command),
  confirmSeat: (command: Keyed<ReservationCommand>) => flight.send<ReservationStateAnswer>('confirmSeat', command),
  cancelSeat: (command: Keyed<ReservationCommand>) => flight.send<ReservationStateAnswer>('cancelSeat', command),
});
