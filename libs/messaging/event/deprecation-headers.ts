import { type EventCatalogue, eventCatalogue } from '../../../contracts/event-catalogue.js';
import { publicUrl } from '../../config/public-url.js';
import { eventTypePath } from './event-schema.js';
import type { VersionPins } from './event-versions.js';

/**
 * The response headers for deprecated versions: `Deprecation` (RFC 9745) and `Sunset` (RFC 8594), each with the earliest date. A `Link`
 * per version leads to its migration. Empty if no version is deprecated.
 */
export function deprecationHeaders(
  versions: VersionPins,
  catalogue: EventCatalogue = eventCatalogue,
): { Deprecation?: string; Sunset?: string; Link?: string[] } {
  const ends = Object.entries(versions).flatMap(([type, version]) => {
    const deprecation = catalogue.get(type)?.versions[version - 1]?.deprecation;
    return deprecation ? [{ type, from: Date.parse(deprecation.from), sunset: Date.parse(deprecation.sunset) }] : [];
  });
  if (ends.length === 0) return {};
  const earliest = (times: number[]) => Math.min(...times);
  return {
    Deprecation: `@${Math.floor(earliest(ends.map(({ from }) => from)) / 1_000)}`,
    Sunset: new Date(earliest(ends.map(({ sunset }) => sunset))).toUTCString(),
    Link: ends.map(({ type }) => `<${publicUrl(eventTypePath(type))}>; rel="deprecation"; type="application/json"`),
  };
}
