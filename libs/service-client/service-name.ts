import type { Participant } from '../../contracts/participant/participants.js';

/** The services that the gateway calls: the participants, and the services that relay, deliver and project events. */
export type ServiceName = Participant | 'hooks' | 'notification' | 'projection' | 'relay' | 'saga';
