import { afterAll, describe, expect, it } from 'vitest';
import type { CloudEvent } from '../../contracts/event/cloud-event.js';
import type { HookCreated } from '../../contracts/hooks/hook.resource.js';
import { Receiver } from '../hooks/receiver.harness.js';
import { call, ended, eventually, placeOrder, richestCustomer } from '../support/api.js';
import { system } from '../support/system.js';
import { atomSince } from './atom-reader.harness.js';
import { page, Reader, stream } from './feed-reader.harness.js';

const TYPES = 'order.*';
let receiver: Receiver;
let hook: HookCreated;
afterAll(async () => {
  if (hook) await call('DELETE', `/v1/hooks/${hook.hookId}`);
  await receiver?.stop();
});

async function placeOrders(count: number): Promise<void> {
  const customerId = await richestCustomer();
  const placed = await Promise.all(Array.from({ length: count }, () => placeOrder(customerId, 1)));
  await Promise.all(placed.map(({ sagaId }) => ended(sagaId)));
}

/** Every event since the start, after the last one has arrived. */
async function allSince(after: string, atLeast: number): Promise<CloudEvent[]> {
  const { items } = await eventually(
    () => page(system().gatewayUrl, { after, types: TYPES, limit: 200 }),
    (read) => read.items.length >= atLeast,
  );
  return items;
}

describe('a consumer that changes doors', () => {
  it('gets every event once under one id by polling, by a stream, by a recovered webhook and by the feed', async () => {
    const { gatewayUrl } = system();
    const reader = new Reader();
    const start = (await page(gatewayUrl, { after: 'now' })).next;

    await placeOrders(30); // placed and approved: two events each
    await allSince(start, 60);
    const first = await page(gatewayUrl, { after: start, types: TYPES, limit: 50 });
    for (const event of first.items) reader.take(event);
    expect(reader.events).toHaveLength(50);

    const source = stream(gatewayUrl, `after=${reader.last}&types=${TYPES}`, reader);
    await placeOrders(5);
    await reader.until(70);
    source.close();
    const since = reader.events.at(-1)!.recordedtime;

    await placeOrders(5); // while nobody listens
    receiver = await Receiver.start((response, { event }) => {
      reader.take(event);
      response.writeHead(204).end();
    });
    const created = await call<HookCreated>('POST', '/v1/hooks', { url: receiver.url, types: [TYPES] });
    expect(created.status).toBe(201);
    hook = created.body;
    const missed = (await allSince(start, 80)).slice(70);
    expect((await call('POST', `/v1/hooks/${hook.hookId}/recover`, { since })).status).toBe(202);
    await eventually(
      async () => reader.ids,
      (ids) => missed.every(({ id }) => ids.includes(id)),
    );
    expect((await call('PATCH', `/v1/hooks/${hook.hookId}`, { state: 'paused' })).status).toBe(200);
    const last = reader.events
      .map(({ sequence }) => sequence)
      .toSorted()
      .at(-1)!;

    await placeOrders(5);
    const all = await allSince(start, 90);
    for (const event of await atomSince(gatewayUrl, last, `types=${TYPES}`)) reader.take(event);

    expect([...new Set(reader.events.map(({ occurrenceid }) => occurrenceid))].toSorted()).toEqual(
      all.map(({ occurrenceid }) => occurrenceid).toSorted(),
    );
    // An event that came twice, by `since` or by a retry, had the same id both times.
    expect(new Set(reader.ids).size).toBe(all.length);
  });
});
