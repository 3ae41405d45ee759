import type { LoggedEvent } from '../event/logged-event.js';

/** An event as text, for a table; its `data` stays byte by byte. */
export const eventText = (event: LoggedEvent): string => JSON.stringify(event);

/** The event that `eventText` wrote. */
export function eventOf(text: string): LoggedEvent {
  const event = JSON.parse(text) as LoggedEvent;
  return { ...event, occurredAt: new Date(event.occurredAt), recordedAt: new Date(event.recordedAt) };
}
