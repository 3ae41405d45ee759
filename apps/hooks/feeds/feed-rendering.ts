import { pinnedVersion, type VersionPins } from '../../../libs/messaging/event-versions.js';
import type { LoggedEvent } from '../../../libs/messaging/logged-event.js';
import { renderEvent } from '../../../libs/messaging/render-event.js';

const rendered = new WeakMap<LoggedEvent, string>();

/**
 * A CloudEvent as JSON text: the one form in which every door gives an event out, in the newest version unless the reader has pinned
 * another. Rendered once for all who follow without pins.
 */
export function cloudEventJson(event: LoggedEvent, pins: VersionPins = {}): string {
  const pinned = pinnedVersion(event.type, pins);
  if (pinned !== undefined) return JSON.stringify(renderEvent(event, pinned));
  let json = rendered.get(event);
  if (json === undefined) {
    json = JSON.stringify(renderEvent(event));
    rendered.set(event, json);
  }
  return json;
}

/** In the version that was written, for what must not change when a newer version comes: the documents of an archive. */
export const storedEventJson = (event: LoggedEvent): string => JSON.stringify(renderEvent(event, event.typeVersion));
