import { type Participant, participantNames, participantPorts } from '../../contracts/participant/participants.js';

/** The setting that says where a participant is: `ORDER_URL` for `order`. */
export type ParticipantUrlSetting = `${Uppercase<Participant>}_URL`;

export const urlSettingOf = (participant: Participant) => `${participant.toUpperCase()}_URL` as ParticipantUrlSetting;

export const participantUrlSettings: readonly ParticipantUrlSetting[] = participantNames.map(urlSettingOf);

/** The URL of a participant on this machine, unless its setting says otherwise. */
export const participantUrl = (participant: Participant): string => `http://127.0.0.1:${participantPorts[participant]}`;

/** The URL of every participant, by its name. */
export const participantUrls = (settings: Record<ParticipantUrlSetting, string>): Record<Participant, string> =>
  Object.fromEntries(participantNames.map((name) => [name, settings[urlSettingOf(name)]])) as Record<Participant, string>;
