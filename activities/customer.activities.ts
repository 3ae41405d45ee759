import type { ReleaseCreditCommand, ReservationAnswer, ReserveCreditCommand } from '../contracts/customer.commands.js';
import type { Keyed } from './keyed.js';
import type { ParticipantClient } from './participant.client.js';

/** What sagas ask of the customer service. */
export const customerActivities = (customer: ParticipantClient<'customer'>) => ({
  reserveCredit: (command: Keyed<ReserveCreditCommand>) => customer.send<ReservationAnswer>('reserveCredit', command),
  releaseCredit: (command: Keyed<ReleaseCreditCommand>) => customer.send<ReservationAnswer>('releaseCredit', command),
});
