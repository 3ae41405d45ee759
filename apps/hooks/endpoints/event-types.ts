import { eventCatalogue } from '../../../contracts/event-catalogue.js';
import { newestVersion, offeredVersions } from '../../../libs/messaging/event/event-versions.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';

const serviceOf = (type: string): string => type.split('.')[0]!;
const subscribable = new Map([...eventCatalogue].filter(([, { unlogged }]) => !unlogged));
const knownServices = new Set([...subscribable.keys()].map(serviceOf));

/** A subscription, in the form that the fan-out needs. */
export interface EventSelection {
  exactTypes: string[];
  /** Services whose events are all selected; `*` for every service. */
  services: string[];
  /** The version in which each selected type is rendered. A later version does not change the subscription. */
  versionPins: Record<string, number>;
}

/**
 * Reads `order.approved`, `order.approved@1`, `order.*` and `*`. A type without a version keeps its pin, or is pinned to the
 * newest version.
 *
 * @param before the pins of the subscription that is changed.
 * @throws ProblemException 422 `UNKNOWN_EVENT_TYPE` that points at each unknown type and lists the known types.
 */
export function selectEvents(types: readonly string[], before: Readonly<Record<string, number>> = {}): EventSelection {
  const selection: Pick<EventSelection, 'exactTypes' | 'services'> = { exactTypes: [], services: [] };
  const named: Record<string, number> = {};
  const unknown: { pointer: string; detail: string }[] = [];
  types.forEach((text, index) => {
    const [type = '', version] = text.split('@');
    const service = type.endsWith('.*') ? type.slice(0, -2) : undefined;
    if (type === '*') selection.services.push(type);
    else if (service !== undefined && knownServices.has(service)) selection.services.push(service);
    else if (isOffered(type, version) || (version !== undefined && before[type] === Number(version))) {
      selection.exactTypes.push(type);
      if (version !== undefined && (named[type] ?? Number(version)) !== Number(version))
        unknown.push({ pointer: `/types/${index}`, detail: `${type} is asked for in two versions` });
      else if (version !== undefined) named[type] = Number(version);
    } else unknown.push({ pointer: `/types/${index}`, detail: `${text} is not a known event type` });
  });
  if (unknown.length > 0) {
    const known = [...[...knownServices].map((service) => `${service}.*`), ...subscribable.keys()].sort();
    throw new ProblemException(
      422,
      'UNKNOWN_EVENT_TYPE',
      `Some event types are unknown, or named in two versions. Known types are ${known.join(', ')}.`,
      {
        errors: unknown,
      },
    );
  }
  return { ...selection, versionPins: pinVersions(selection, { ...before, ...named }) };
}

/**
 * Pins every selected type: a pin stays, and a type without one is pinned to the newest version. A pin stays even if this build
 * does not know its type, because another build may have set it.
 */
export function pinVersions(
  selection: Pick<EventSelection, 'exactTypes' | 'services'>,
  pins: Readonly<Record<string, number>>,
): Record<string, number> {
  const selected = [...Object.entries(newestVersions), ...Object.entries(pins)].filter(([type]) => isSelected(type, selection));
  return Object.fromEntries(selected);
}

/** The newest version of each type that can be subscribed to. */
export const newestVersions: Readonly<Record<string, number>> = Object.fromEntries(
  [...subscribable.values()].map((known) => [known.type, newestVersion(known)]),
);

function isOffered(type: string, version: string | undefined): boolean {
  const known = subscribable.get(type);
  return known !== undefined && (version === undefined || offeredVersions(known).some((one) => String(one.version) === version));
}

const isSelected = (type: string, { exactTypes, services }: Pick<EventSelection, 'exactTypes' | 'services'>): boolean =>
  exactTypes.includes(type) || services.includes('*') || services.includes(serviceOf(type));
