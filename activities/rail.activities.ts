import type { ReserveTrainCommand, TrainHold } from '../contracts/rail.commands.js';
import type { ReservationCommand, ReservationStateAnswer } from '../contracts/reservation.commands.js';
import type { Keyed } from './keyed.js';
import type { ParticipantClient } from './participant.client.js';

/** What sagas ask of the rail service. Its operations are called as those of flights are; activities must differ in name. */
export const railActivities = (rail: ParticipantClient<'rail'>) => ({
  reserveTrain: (command: Keyed<ReserveTrainCommand>) => rail.send<TrainHold>('reserveSeat', command),
  confirmTrain: (command: Keyed<ReservationCommand>) => rail.send<ReservationStateAnswer>('confirmSeat', command),
  cancelTrain: (command: Keyed<ReservationCommand>) => rail.send<ReservationStateAnswer>('cancelSeat', command),
});
