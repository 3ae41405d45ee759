import type {
  ChangeReservationCommand,
  ReleaseCreditCommand,
  ReservationAnswer,
  ReserveCreditCommand,
  RestoreReservationCommand,
} from '../contracts/customer.commands.js';
import type { Keyed } from './keyed.js';
import type { ParticipantClient } from './participant.client.js';

/** What sagas ask of the customer service. */
export const customerActivities = (customer: ParticipantClient<'customer'>) => ({
  reserveCredit: (command: Keyed<ReserveCreditCommand>) => customer.send<ReservationAnswer>('reserveCredit', command),
  changeReservation: (command: Keyed<ChangeReservationCommand>) => customer.send<ReservationAnswer>('changeReservation', command),
  restoreReservation: (command: Keyed<RestoreReservationCommand>) =>
    customer.send<ReservationAnswer>('restoreReservation', command),
  releaseCredit: (command: Keyed<ReleaseCreditCommand>) => customer.send<ReservationAnswer>('releaseCredit', command),
});
