import type {
  ChangeReservationCommand,
  CheckCustomerAnswer,
  CheckCustomerCommand,
  ReleaseCreditCommand,
  ReservationAnswer,
  ReserveCreditCommand,
  RestoreReservationCommand,
} from '../contracts/customer/customer.commands.js';
import type { WithIdempotencyKey } from './idempotent-command.js';
import type { ParticipantClient } from './participant.client.js';

/** Commands of sagas to the customer service. */
export const customerActivities = (customer: ParticipantClient<'customer'>) => ({
  reserveCredit: (command: WithIdempotencyKey<ReserveCreditCommand>) =>
    customer.send<ReservationAnswer>('reserveCredit', command),
  changeReservation: (command: WithIdempotencyKey<ChangeReservationCommand>) =>
    customer.send<ReservationAnswer>('changeReservation', command),
  restoreReservation: (command: WithIdempotencyKey<RestoreReservationCommand>) =>
    customer.send<ReservationAnswer>('restoreReservation', command),
  releaseCredit: (command: WithIdempotencyKey<ReleaseCreditCommand>) =>
    customer.send<ReservationAnswer>('releaseCredit', command),
  checkCustomer: (command: WithIdempotencyKey<CheckCustomerCommand>) =>
    customer.send<CheckCustomerAnswer>('checkCustomer', command),
});
