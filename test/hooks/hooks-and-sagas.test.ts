import { afterAll, describe, expect, it } from 'vitest';
import { Webhook } from 'standardwebhooks';
import type { HookCreated } from '../../contracts/hooks/hook.resource.js';
import { newCustomer } from '../services/customer.harness.js';
import { ParticipantHarness } from '../services/participant.harness.js';
import { call, ended, eventually, order, placeOrder } from '../support/api.js';
import { system } from '../support/system.js';
import { Receiver } from './receiver.harness.js';

const ORDERS = 100;
const hooks: HookCreated[] = [];
const receivers: Receiver[] = [];
afterAll(async () => {
  for (const { hookId } of hooks) await call('DELETE', `/v1/hooks/${hookId}`);
  await Promise.all(receivers.map((receiver) => receiver.stop()));
});

/** A receiver that refuses the first attempt of every second event. */
async function subscribe(types: string[]): Promise<{ hook: HookCreated; receiver: Receiver; accepted: () => Set<string> }> {
  const attempts = new Map<string, number>();
  const accepted = new Set<string>();
  const receiver = await Receiver.start((response, { event }) => {
    const before = attempts.get(event.id) ?? 0;
    attempts.set(event.id, before + 1);
    const refuse = before === 0 && attempts.size % 2 === 0;
    if (!refuse) accepted.add(event.id);
    response.writeHead(refuse ? 400 : 200).end();
  });
  receivers.push(receiver);
  const { status, body } = await call<HookCreated>('POST', '/v1/hooks', { url: receiver.url, types });
  expect(status, JSON.stringify(body)).toBe(201);
  hooks.push(body);
  return { hook: body, receiver, accepted: () => accepted };
}

describe('a hundred sagas and three hooks', () => {
  it('each hook receives exactly its types, signed, under ids that stay', { timeout: 300_000 }, async () => {
    const approved = await subscribe(['order.approved']);
    const orders = await subscribe(['order.*']);
    const credit = await subscribe(['customer.credit-reserved', 'order.rejected']);
    // Many customers: what is said of one account comes in order, so a refusal holds up what comes after it. One of them has too little credit.
    const probe = new ParticipantHarness('customer', () => system().customerUrl);
    const placed: Awaited<ReturnType<typeof placeOrder>>[] = [];
    for (let i = 0; i < ORDERS; i += 5) {
      const customer = await newCustomer(probe, { limit: i === 0 ? 2_00 : 100_00 });
      placed.push(...(await Promise.all(Array.from({ length: 5 }, () => placeOrder(customer, 1)))));
    }
    await Promise.all(placed.map(({ sagaId }) => ended(sagaId)));
    const states = await Promise.all(placed.map(async ({ orderId }) => (await order(orderId)).state));
    const of = (state: string) => states.filter((it) => it === state).length;
    expect(of('APPROVED') + of('REJECTED')).toBe(ORDERS);
    expect(of('REJECTED')).toBe(3);

    // Other files may have left sagas that go on: only what speaks about these orders is counted.
    const mine = new Set(placed.map(({ orderId }) => orderId));
    const about = ({ receiver, accepted }: typeof approved) => {
      const distinct = new Map(
        receiver.received.filter(({ event }) => accepted().has(event.id)).map(({ event }) => [event.id, event]),
      );
      return [...distinct.values()].filter(
        ({ subject, data }) => mine.has(subject) || mine.has(String((data as { orderId?: string }).orderId)),
      );
    };
    const count = (events: { type: string }[]) => {
      const counts: Record<string, number> = {};
      for (const { type } of events) counts[type] = (counts[type] ?? 0) + 1;
      return counts;
    };
    const expected = (counts: Record<string, number>) => Object.fromEntries(Object.entries(counts).filter(([, n]) => n > 0));
    const receives = (subscriber: typeof approved, counts: Record<string, number>) =>
      eventually(
        async () => count(about(subscriber)),
        (it) => Object.values(it).reduce((a, b) => a + b, 0) >= Object.values(counts).reduce((a, b) => a + b, 0),
        120_000,
      ).then((it) => expect(it).toEqual(expected(counts)));
    await receives(approved, { 'com.roundtrip.order.approved.v2': of('APPROVED') });
    await receives(orders, {
      'com.roundtrip.order.placed.v1': ORDERS,
      'com.roundtrip.order.approved.v2': of('APPROVED'),
      'com.roundtrip.order.rejected.v1': of('REJECTED'),
    });
    await receives(credit, {
      'com.roundtrip.customer.credit-reserved.v1': of('APPROVED'),
      'com.roundtrip.order.rejected.v1': of('REJECTED'),
    });

    for (const { hook, receiver, accepted } of [approved, orders, credit]) {
      const webhook = new Webhook(hook.secret);
      for (const { body, headers } of receiver.received)
        expect(webhook.verify(body, headers as Record<string, string>)).toMatchObject({ id: headers['webhook-id'] });
      expect(receiver.ids.length, 'some were refused once').toBeGreaterThan(accepted().size);
      for (const { event } of receiver.received) expect(accepted()).toContain(event.id);
    }
    // In order for each order, whatever was refused in between.
    const versions = new Map<string, number>();
    for (const { event } of orders.receiver.received.filter(({ event }) => mine.has(event.subject))) {
      expect(event.aggregateversion).toBeGreaterThanOrEqual(versions.get(event.subject) ?? 0);
      versions.set(event.subject, event.aggregateversion);
    }
  });
});
