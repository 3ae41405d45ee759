import type { ReserveTrainCommand, TrainHold } from '../contracts/reservation/rail.commands.js';
import type { ReservationCommand, ReservationStateAnswer } from '../contracts/reservation/reservation.commands.js';
import type { WithIdempotencyKey } from './idempotent-command.js';
import type { ParticipantClient } from './participant.client.js';

/** Commands of sagas to the rail service. Its operations have the same names as those of the flight service; activities need others. */
export const railActivities = (rail: ParticipantClient<'rail'>) => ({
  reserveTrain: (command: WithIdempotencyKey<ReserveTrainCommand>) => rail.send<TrainHold>('reserveSeat', command),
  confirmTrain: (command: WithIdempotencyKey<ReservationCommand>) => rail.send<ReservationStateAnswer>('confirmSeat', command),
  cancelTrain: (command: WithIdempotencyKey<ReservationCommand>) => rail.send<ReservationStateAnswer>('cancelSeat', command),
});
