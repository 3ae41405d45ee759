import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ConsumerMode } from '../../libs/messaging/inbox/consumer.js';
import { InboxHarness, noting } from './inbox.harness.js';

let harness: InboxHarness;
beforeAll(async () => {
  harness = await InboxHarness.create();
});
afterAll(() => harness.drop());

/**
 * How a channel without guarantees delivers the events of some aggregates: which, in which order, how often, how many at once, and where
 * it crashes.
 */
const bringing = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }).chain((lengths) => {
  const count = lengths.reduce((sum, length) => sum + length, 0);
  return fc.record({
    lengths: fc.constant(lengths),
    repeats: fc.array(fc.nat(count - 1), { maxLength: 8 }),
    crashes: fc.uniqueArray(fc.nat(count - 1), { maxLength: 3 }),
    shuffle: fc.infiniteStream(fc.nat(1_000)).map((stream) => [...stream.take(count + 8)]),
    atOnce: fc.integer({ min: 1, max: 4 }),
  });
});

// Other events at a second try would hide what the first ones showed.
it.each(['latest', 'sequential', 'commutative'] as const)(
  "in mode %s has each effect once and in the mode's order on any channel",
  { retry: 0 },
  async (mode) => {
    await fc.assert(
      fc.asyncProperty(bringing, async ({ lengths, repeats, crashes, shuffle, atOnce }) => {
        const run = randomUUID();
        const events = await harness.append(
          ...lengths.flatMap((length, nr) =>
            Array.from({ length }, (_, index) => ({ aggregate: `${run}/${nr}/`, version: index + 1 })),
          ),
        );
        const crashing = new Set(crashes.map((index) => events[index]!.eventId));
        const consumer = noting(mode, {
          name: run,
          before: ({ eventId }) => {
            if (crashing.delete(eventId)) throw new Error('crashed after the effect');
          },
        });
        const order = [...events, ...repeats.map((index) => events[index]!)]
          .map((event, index) => ({ event, at: shuffle[index]! }))
          .toSorted((a, b) => a.at - b.at);
        const members = Array.from({ length: atOnce }, () => harness.inbox({ attempts: 99 }));
        for (let from = 0; from < order.length; from += atOnce) {
          await Promise.all(
            order.slice(from, from + atOnce).map(({ event }, index) =>
              // Events without acknowledgement come again.
              members[index]!.receive(consumer, event).catch(() => members[index]!.receive(consumer, event)),
            ),
          );
        }
        // Each crash of what was parked costs one more look.
        for (let look = 0; look <= crashes.length; look++) {
          harness.forward(3_600);
          await members[0]!.handleParked(consumer);
        }

        const effects = await harness.effects(run);
        for (const [nr, length] of lengths.entries())
          expectPromised(
            mode,
            effects.filter((effect) => effect.startsWith(`${run}/${nr}/`)).map((effect) => Number(effect.split('/')[2])),
            length,
          );
      }),
      { numRuns: 60 },
    );
  },
);

/** The versions in the order of their effects, as the mode lets them be. */
function expectPromised(mode: ConsumerMode, versions: number[], length: number): void {
  const all = Array.from({ length }, (_, index) => index + 1);
  // `latest` may leave out what is overtaken, never the last; `commutative` has its own order.
  const promised = {
    latest: all.filter((version) => version === length || versions.includes(version)),
    sequential: all,
    commutative: all,
  };
  expect(mode === 'commutative' ? versions.toSorted((a, b) => a - b) : versions).toEqual(promised[mode]);
}
