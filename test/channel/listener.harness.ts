import type { EventHandler } from '../../libs/messaging/channel/channel.js';
import type { LoggedEvent } from '../../libs/messaging/event/logged-event.js';
import { partitionKeyOf } from '../../libs/messaging/event/partition-key.js';
import { eventually } from '../support/api.js';

/** A handler that remembers what it was given, and whether two of a key were ever under way at once. */
export class Listener {
  readonly given: LoggedEvent[] = [];
  readonly acked: LoggedEvent[] = [];
  overlaps = 0;
  busiest = 0;
  private readonly underWay = new Set<string>();

  /** @param then what it does with an event; a throw is a nack. */
  constructor(private readonly then: (event: LoggedEvent) => Promise<void> | void = () => {}) {}

  readonly handle: EventHandler = async (event) => {
    const key = partitionKeyOf(event);
    if (this.underWay.has(key)) this.overlaps += 1;
    this.underWay.add(key);
    this.busiest = Math.max(this.busiest, this.underWay.size);
    this.given.push(event);
    try {
      await this.then(event);
      this.acked.push(event);
    } finally {
      this.underWay.delete(key);
    }
  };

  /** Waits until each of the events has been handled at least once. */
  async has(events: readonly LoggedEvent[]): Promise<void> {
    await eventually(
      async () => missing(events, this.acked),
      (left) => left.length === 0,
    );
  }

  /** The versions of an aggregate that it handled, repeats left out. */
  versions(aggregateId: string): number[] {
    return versionsOf(this.acked, aggregateId);
  }
}

export function missing(events: readonly LoggedEvent[], acked: readonly { eventId: string }[]): string[] {
  const had = new Set(acked.map(({ eventId }) => eventId));
  return events.flatMap(({ eventId }) => (had.has(eventId) ? [] : [eventId]));
}

/** The versions of an aggregate in the order of their first coming. */
export const versionsOf = (
  events: readonly { aggregateId: string; aggregateVersion: number }[],
  aggregateId: string,
): number[] => [
  ...new Set(events.filter((event) => event.aggregateId === aggregateId).map(({ aggregateVersion }) => aggregateVersion)),
];
