import type { LoggedEvent } from '../event/logged-event.js';
import { partitionKeyOf } from '../event/partition-key.js';
import type { PublishResult } from './channel.js';

/**
 * Publishes events one after the other within a key, in parallel across keys. After an event that was not taken, no later event of its key
 * is tried.
 * @param take publishes one event. Its error is thrown after all other keys have ended.
 */
export async function publishInOrder(
  events: readonly LoggedEvent[],
  take: (event: LoggedEvent) => Promise<PublishResult>,
): Promise<readonly PublishResult[]> {
  const results: PublishResult[] = [];
  const lines = new Map<string, number[]>();
  for (const [index, event] of events.entries()) {
    const key = partitionKeyOf(event);
    const queue = lines.get(key);
    if (queue) queue.push(index);
    else lines.set(key, [index]);
  }
  const published = await Promise.allSettled(
    [...lines].map(async ([key, queue]) => {
      let refused: string | undefined;
      for (const index of queue) {
        const event = events[index]!;
        const result: PublishResult =
          refused === undefined
            ? await take(event)
            : { taken: false, reason: `Event ${refused} of ${key}, which comes before it, was not taken.` };
        if (!result.taken) refused ??= event.eventId;
        results[index] = result;
      }
    }),
  );
  const failure = published.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
  if (failure) throw failure.reason;
  return results;
}
