import { customerActivities } from './customer.activities.js';
import { orderActivities } from './order.activities.js';
import type { ParticipantClient } from './participant.client.js';

/** One client for each participant. */
export interface ParticipantClients {
  order: ParticipantClient<'order'>;
  customer: ParticipantClient<'customer'>;
}

/** Every activity of every saga, in the participants' own language. Activities belong to participants, not to workflows. */
export const createActivities = (clients: ParticipantClients) => ({
  ...orderActivities(clients.order),
  ...customerActivities(clients.customer),
});

export type Activities = ReturnType<typeof createActivities>;
