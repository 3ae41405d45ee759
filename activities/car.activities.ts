import type { ReserveCarCommand, CarHold } from '../contracts/reservation/car.commands.js';
import type { ReservationCommand, ReservationStateAnswer } from '../contracts/reservation/reservation.commands.js';
import type { WithIdempotencyKey } from './idempotent-command.js';
import type { ParticipantClient } from './participant.client.js';

/** Commands of sagas to the car service. */
export const carActivities = (car: ParticipantClient<'car'>) => ({
  reserveCar: (command: WithIdempotencyKey<ReserveCarCommand>) => car.send<CarHold>('reserveCar', command),
  confirmCar: (command: WithIdempotencyKey<ReservationCommand>) => car.send<ReservationStateAnswer>('confirmCar', command),
  cancelCar: (command: WithIdempotencyKey<ReservationCommand>) => car.send<ReservationStateAnswer>('cancelCar', command),
});
