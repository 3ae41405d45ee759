import { type Participant, participantNames } from '../contracts/participant/participants.js';
import type { ParticipantClients } from './index.js';
import { ParticipantClient } from './participant.client.js';

/** Creates one client for each participant, by its URL. */
export function participantClients(urls: Record<Participant, string>): ParticipantClients {
  return Object.fromEntries(
    participantNames.map((name) => [name, new ParticipantClient(name, urls[name])]),
  ) as ParticipantClients;
}
