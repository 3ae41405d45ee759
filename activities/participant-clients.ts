import { type Participant, participants } from '../contracts/participants.js';
import type { ParticipantClients } from './index.js';
import { ParticipantClient } from './participant.client.js';

/** One client for each participant at its address. */
export function participantClients(urls: Record<Participant, string>): ParticipantClients {
  const names = Object.keys(participants) as Participant[];
  return Object.fromEntries(names.map((name) => [name, new ParticipantClient(name, urls[name])])) as ParticipantClients;
}
