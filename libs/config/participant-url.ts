import { type Participant, participantNames } from '../../contracts/participant/participants.js';
import type { Settings } from './settings.js';

/** The setting that says where a participant is: `ORDER_URL` for `order`. */
export type ParticipantUrlSetting = `${Uppercase<Participant>}_URL`;

export const urlSettingOf = (participant: Participant) => `${participant.toUpperCase()}_URL` as ParticipantUrlSetting;

export const participantUrlSettings: readonly ParticipantUrlSetting[] = participantNames.map(urlSettingOf);

/** The URL of every participant, by its name. */
export const participantUrls = (settings: Pick<Settings, ParticipantUrlSetting>): Record<Participant, string> =>
  Object.fromEntries(participantNames.map((name) => [name, settings[urlSettingOf(name)]])) as Record<Participant, string>;
