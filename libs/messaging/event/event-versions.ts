import { type EventCatalogue, eventCatalogue, type EventType, type EventVersion } from '../../../contracts/event-catalogue.js';
import { ProblemException } from '../../service-kit/problem.exception.js';

/** The version that a reader wants of each type. The default is the newest. Can be stored as JSON. */
export type VersionPins = Readonly<Record<string, number>>;

/** The versions that can be asked for, oldest first. */
export const offeredVersions = ({ versions }: EventType): EventVersion[] => versions.filter(({ status }) => status !== 'sunset');

/** The default version of a type. */
export const newestVersion = ({ versions }: EventType): number => versions.length;

/**
 * Parses version pins such as `order.approved@1,trip.booked@1`.
 * @throws ProblemException 422 with the valid choices: `VALIDATION_FAILED`, `UNKNOWN_EVENT_TYPE`, `UNKNOWN_EVENT_VERSION`, or
 *   `EVENT_VERSION_SUNSET` for a version after its sunset.
 */
export function parseVersionPins(text: string, pointer = '/versions', catalogue: EventCatalogue = eventCatalogue): VersionPins {
  const pins: Record<string, number> = {};
  for (const wish of text.split(',')) {
    const [, type, digits] = /^([a-z.-]{1,100})@([1-9]\d{0,3})$/.exec(wish) ?? [];
    if (type === undefined) throw refusal('VALIDATION_FAILED', `"${shown(wish)}" is not <type>@<version>`, pointer);
    const known = requireType(type, pointer, catalogue);
    const version = Number(digits);
    const entry = known.versions.find((one) => one.version === version);
    const offered = `it can be had as ${offeredVersions(known).map((one) => `${type}@${one.version}`).join(', ')}`; // prettier-ignore
    if (!entry) throw refusal('UNKNOWN_EVENT_VERSION', `${type} has no version ${version}; ${offered}`, pointer);
    if (entry.status === 'sunset') {
      const { sunset, migration } = entry.deprecation!;
      throw refusal(
        'EVENT_VERSION_SUNSET',
        `version ${version} of ${type} ended at ${sunset}; ${offered}. ${migration}`,
        pointer,
      );
    }
    if ((pins[type] ?? version) !== version) throw refusal('VALIDATION_FAILED', `${type} is asked for in two versions`, pointer);
    pins[type] = version;
  }
  return pins;
}

/** The text that `parseVersionPins` reads as these pins. */
export const formatVersionPins = (pins: VersionPins): string =>
  Object.entries(pins)
    .map(([type, version]) => `${type}@${version}`)
    .join(',');

/**
 * The newest version of each type that a selection (`order.approved`, `order.*`) includes now. A new subscription is pinned to these
 * versions, so that later versions do not change its events.
 * @throws ProblemException 422 `UNKNOWN_EVENT_TYPE`.
 */
export function pinsOfToday(
  selection: readonly string[],
  pointer = '/types',
  catalogue: EventCatalogue = eventCatalogue,
): VersionPins {
  const taken = selection.flatMap((selected) => selectedTypes(selected, pointer, catalogue));
  return Object.fromEntries(taken.map((known) => [known.type, newestVersion(known)]));
}

/** The version of a type for a reader with these pins; undefined means the newest. */
export const pinnedVersion = (type: string, pins: VersionPins): number | undefined =>
  Object.hasOwn(pins, type) ? pins[type] : undefined;

function selectedTypes(selected: string, pointer: string, catalogue: EventCatalogue): EventType[] {
  if (!selected.endsWith('.*')) return [requireType(selected, pointer, catalogue)];
  const ofService = [...catalogue.values()].filter(({ type }) => type.startsWith(selected.slice(0, -1)));
  if (ofService.length === 0) throw unknownType(selected, pointer);
  return ofService;
}

function requireType(type: string, pointer: string, catalogue: EventCatalogue): EventType {
  const known = catalogue.get(type);
  if (!known) throw unknownType(type, pointer);
  return known;
}

const unknownType = (type: string, pointer: string): ProblemException =>
  refusal('UNKNOWN_EVENT_TYPE', `no service publishes ${shown(type)}; GET /v1/event-types lists what there is`, pointer);

const shown = (text: string): string => (text.length > 100 ? `${text.slice(0, 100)}…` : text);

const refusal = (code: string, detail: string, pointer: string): ProblemException =>
  new ProblemException(422, code, `The versions or types of events that were asked for cannot be had: ${detail}.`, {
    errors: [{ pointer, detail }],
  });
