import type { LoggedEvent } from './logged-event.js';

/** Which events are wanted; nothing said means all of them. */
export interface EventFilter {
  /** Only these: `order.approved`, or `order.*` for all of a service. None means all. */
  types?: readonly string[] | undefined;
  /** Only those about this aggregate. */
  subject?: string | undefined;
}

/** Whether an event is wanted, as `EventLog.read` decides it in SQL. */
export function matchesFilter(event: Pick<LoggedEvent, 'type' | 'subject'>, { types = [], subject }: EventFilter): boolean {
  const service = event.type.split('.', 1)[0] ?? '';
  const typeWanted = types.length === 0 || types.includes(event.type) || types.includes(`${service}.*`);
  return typeWanted && (subject === undefined || event.subject === subject);
}
