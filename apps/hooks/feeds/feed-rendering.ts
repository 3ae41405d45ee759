import { pinnedVersion, type VersionPins } from '../../../libs/messaging/event/event-versions.js';
import type { LoggedEvent } from '../../../libs/messaging/event/logged-event.js';
import { renderEvent, renderUnchanging } from '../../../libs/messaging/event/render-event.js';

const rendered = new WeakMap<LoggedEvent, string>();

/**
 * A CloudEvent as JSON text, the same in every feed: in the newest version, unless the reader has pinned another. It is rendered
 * once for all readers without pins.
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

/**
 * The permanent text of an event in one version, for cacheable answers; by default in the stored version. Undefined if it cannot
 * be rendered in that version.
 */
export function unchangingEventJson(event: LoggedEvent, version = event.typeVersion): string | undefined {
  const rendered = renderUnchanging(event, version);
  return rendered && JSON.stringify(rendered);
}
