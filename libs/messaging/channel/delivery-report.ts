import { Logger } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import type { LoggedEvent } from '../event/logged-event.js';
import type { ChannelSubscription, EventHandler } from './channel.js';

const handled = new Counter({
  name: 'channel_events_handled_total',
  help: 'Events that the handler of a group was given, by how that ended',
  labelNames: ['group', 'outcome'],
});
type Progress = Pick<ChannelSubscription, 'oldestPendingMs' | 'silentMs'>;
const observed = new Map<Progress, string>();
const observe = (name: string, help: string, ms: (progress: Progress) => number): void => {
  const gauge: Gauge = new Gauge({
    name,
    help,
    labelNames: ['group'],
    collect: () => {
      const longest = new Map<string, number>();
      for (const [progress, group] of observed) longest.set(group, Math.max(longest.get(group) ?? 0, ms(progress)));
      gauge.reset();
      for (const [group, value] of longest) gauge.set({ group }, value / 1_000);
    },
  });
};
observe(
  'channel_oldest_unsettled_seconds',
  'How long the oldest event that this process has read for a group has not been settled; 0 while there is none',
  ({ oldestPendingMs }) => oldestPendingMs,
);
observe('channel_group_silent_seconds', 'How long this process has not reached the state of a group', ({ silentMs }) => silentMs);
const log = new Logger('Channel');

/** Shows the progress of a subscription in the metrics of the process. @returns a function that ends it. */
export function observeSubscription(group: string, progress: Progress): () => void {
  observed.set(progress, group);
  return () => void observed.delete(progress);
}

/** The handler with counters for the metrics of the process. */
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

/** Logs the first and every tenth failure of an event. */
export function reportNack(group: string, { eventId, type, position }: LoggedEvent, failures: number, error: unknown): void {
  if (failures !== 1 && failures % 10 !== 0) return;
  const message = error instanceof Error ? error.message : String(error);
  log.warn(
    `${group} could not handle ${type} ${eventId} (position ${position}), ${failures} times now; it is tried again, and what follows it of its key waits: ${message}`,
  );
}
