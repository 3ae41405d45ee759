import type { Participant } from '../../contracts/participants.js';

/** Whom the gateway asks on a person's behalf: the participants, and those who carry events on. */
export type AskedService = Participant | 'hooks' | 'notification' | 'projection' | 'relay' | 'saga';
