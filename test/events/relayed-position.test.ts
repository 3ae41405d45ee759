import { afterAll, beforeAll, expect, it } from 'vitest';
import { RelayedPosition } from '../../libs/messaging/relay/relayed-position.js';
import { moveOutbox } from '../../libs/messaging/relay/move-outbox.js';
import { outboxPlace } from '../../libs/messaging/relay/outbox-place.js';
import { Outboxes } from '../../libs/messaging/relay/outboxes.js';
import { LogHarness } from './log.harness.js';

let testLog: LogHarness;
let outboxes: Outboxes;
beforeAll(async () => {
  testLog = await LogHarness.create();
  outboxes = new Outboxes(testLog.log, {});
});
afterAll(() => testLog.drop());

const move = (service: string, batch = 100) => moveOutbox(testLog.log, outboxPlace(service), { batch, waited: () => {} });

it('is where everything is that was committed, of all services, and waits for it', async () => {
  const ids = [
    await testLog.emit({ aggregate: 'a', version: 1 }),
    await testLog.emit({ aggregate: 'a', version: 2 }),
    await testLog.emit({ service: 'hotel', aggregate: 'h', version: 1 }),
  ];
  let hints = 0;
  const relayed = new RelayedPosition(testLog.log, outboxes, () => (hints += 1));
  expect(await relayed.within(50)).toBeUndefined();
  expect(hints).toBeGreaterThan(0);
  const asked = relayed.within(60_000);
  let known = false;
  void asked.then(() => (known = true));
  await move('order', 1);
  await move('hotel');
  expect(await relayed.within(50)).toBeUndefined();
  expect(known).toBe(false);
  await move('order');
  const position = (await asked)!;
  const logged = (await testLog.all()).filter(({ eventId }) => ids.includes(eventId));
  expect(logged).toHaveLength(3);
  for (const event of logged) expect(event.position).toBeLessThanOrEqual(position);
});

it('does not wait for what is committed after it was asked for', async () => {
  await testLog.emit({ aggregate: 'b', version: 1 });
  const relayed = new RelayedPosition(testLog.log, outboxes, () => {});
  const asked = relayed.within(60_000);
  // By the second look at least it has seen which row is the last of its own.
  await relayed.within(60);
  await testLog.emit({ aggregate: 'b', version: 2 });
  await move('order', 1);
  expect(await asked).toBeGreaterThan(0);
  expect(await testLog.outboxRows()).toBe(1);
});
