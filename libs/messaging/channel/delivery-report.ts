import { Logger } from '@nestjs/common';
import { Counter } from 'prom-client';
import type { LoggedEvent } from '../logged-event.js';
import type { EventHandler } from './channel.js';

const handled = new Counter({
  name: 'channel_events_handled_total',
  help: 'Events that the handler of a group was given, by how that ended',
  labelNames: ['group', 'outcome'],
});
const log = new Logger('Channel');

/** The handler, counted for the metrics of the process. */
export function countedHandler(group: string, handler: EventHandler): EventHandler {
  return async (event) => {
    try {
      await handler(event);
    } catch (error) {
      handled.inc({ group, outcome: 'nack' });
      throw error;
    }
    handled.inc({ group, outcome: 'ack' });
  };
}

/** Says that an event comes again: at its first failure, and then at every tenth. */
export function reportNack(group: string, { eventId, type, position }: LoggedEvent, failures: number, error: unknown): void {
  if (failures !== 1 && failures % 10 !== 0) return;
  const message = error instanceof Error ? error.message : String(error);
  log.warn(
    `${group} could not handle ${type} ${eventId} (position ${position}), ${failures} times now; it is tried again, and what follows it of its key waits: ${message}`,
  );
}
