import { eventCatalogue } from '../../../contracts/event-catalogue.js';
import { convertEvent } from './convert-event.js';
import { newestVersion } from './event-versions.js';
import type { LoggedEvent } from './logged-event.js';

/**
 * The data of an event in the newest version of its type. Consumers of this system read all events in this way.
 * @throws Error for a type outside the catalogue, and for data that does not fit its version.
 */
export function newestData(event: Pick<LoggedEvent, 'type' | 'typeVersion' | 'data'>): unknown {
  const known = eventCatalogue.get(event.type);
  if (!known) throw new Error(`The catalogue of events has no ${event.type}.`);
  const newest = newestVersion(known);
  return known.versions[newest - 1]!.schema.parse(convertEvent(known, JSON.parse(event.data), event.typeVersion, newest));
}
