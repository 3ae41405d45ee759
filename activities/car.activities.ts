import type { ReserveCarCommand, CarHold } from '../contracts/car.commands.js';
import type { ReservationCommand, ReservationStateAnswer } from '../contracts/reservation.commands.js';
import type { Keyed } from './keyed.js';
import type { ParticipantClient } from './participant.client.js';

/** What sagas ask of the car service. */
export const carActivities = (car: ParticipantClient<'car'>) => ({
  reserveCar: (command: Keyed<ReserveCarCommand>) => car.send<CarHold>('reserveCar', command),
  confirmCar: (command: Keyed<ReservationCommand>) => car.send<ReservationStateAnswer>('confirmCar', command),
  cancelCar: (command: Keyed<ReservationCommand>) => car.send<ReservationStateAnswer>('cancelCar', command),
});
