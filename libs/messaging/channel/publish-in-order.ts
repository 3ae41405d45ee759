import type { LoggedEvent } from '../event/logged-event.js';
import { partitionKeyOf } from '../event/partition-key.js';
import type { PublishResult } from './channel.js';

/**
 * Publishes events one after the other within a key, side by side across keys; after one that is not taken nothing later of its key is tried.
 * @param take publishes one. What it throws is thrown, once nothing is under way any more.
 */
export async function publishInOrder(
  events: readonly LoggedEvent[],
  take: (event: LoggedEvent) => Promise<PublishResult>,
): Promise<readonly PublishResult[]> {
  const results: PublishResult[] = [];
  const lines = new Map<string, number[]>();
  for (const [index, event] of events.entries()) {
    const key = partitionKeyOf(event);
    const line = lines.get(key);
    if (line) line.push(index);
    else lines.set(key, [index]);
  }
  const published = await Promise.allSettled(
    [...lines].map(async ([key, line]) => {
      let refused: string | undefined;
      for (const index of line) {
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
