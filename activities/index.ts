import type { Participant } from '../contracts/participant/participants.js';
import { carActivities } from './car.activities.js';
import { customerActivities } from './customer.activities.js';
import { flightActivities } from './flight.activities.js';
import { hotelActivities } from './hotel.activities.js';
import { orderActivities } from './order.activities.js';
import type { ParticipantClient } from './participant.client.js';
import { paymentActivities } from './payment.activities.js';
import { railActivities } from './rail.activities.js';
import { tripActivities } from './trip.activities.js';

/** One client for each participant. */
export type ParticipantClients = { [P in Participant]: ParticipantClient<P> };

/** The activities of all sagas, named in the participants' terms. Activities belong to participants, not to workflows. */
export const createActivities = (clients: ParticipantClients) => ({
  ...orderActivities(clients.order),
  ...customerActivities(clients.customer),
  ...hotelActivities(clients.hotel),
  ...flightActivities(clients.flight),
  ...carActivities(clients.car),
  ...railActivities(clients.rail),
  ...paymentActivities(clients.payment),
  ...tripActivities(clients.trip),
});

export type Activities = ReturnType<typeof createActivities>;
