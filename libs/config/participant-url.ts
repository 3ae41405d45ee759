import { type Participant, participants } from '../../contracts/participants.js';
import type { Settings } from './settings.js';

/** The setting that says where a participant is: `ORDER_URL` for `order`. */
export type ParticipantUrlSetting = `${Uppercase<Participant>}_URL`;

const names = Object.keys(participants) as Participant[];
export const urlSettingOf = (participant: Participant) => `${participant.toUpperCase()}_URL` as ParticipantUrlSetting;

export const participantUrlSettings: readonly ParticipantUrlSetting[] = names.map(urlSettingOf);

/** Where every participant is, by its name. */
export const participantUrls = (settings: Pick<Settings, ParticipantUrlSetting>): Record<Participant, string> =>
  Object.fromEntries(names.map((name) => [name, settings[urlSettingOf(name)]])) as Record<Participant, string>;
