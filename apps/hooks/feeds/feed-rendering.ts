import { renderEvent } from '../../../libs/messaging/render-event.js';
import type { LoggedEvent } from '../../../libs/messaging/logged-event.js';

const rendered = new WeakMap<LoggedEvent, string>();

/** A CloudEvent as JSON text: the one form in which every door gives an event out. Rendered once for all who follow. */
export function cloudEventJson(event: LoggedEvent): string {
  let json = rendered.get(event);
  if (json === undefined) {
    json = JSON.stringify(renderEvent(event));
    rendered.set(event, json);
  }
  return json;
}
