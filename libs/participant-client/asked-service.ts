import type { Participant } from '../../contracts/participants.js';

/** Whom the gateway asks on a person's behalf: the participants, and the service that gives events out. */
export type AskedService = Participant | 'hooks';
