import type { Participant } from '../../contracts/participant/participants.js';

export const PARTICIPANT = Symbol('PARTICIPANT');

export interface ParticipantIdentity {
  name: Participant;
  /** Whether faults on demand may be set; never in production. */
  chaos: boolean;
}
