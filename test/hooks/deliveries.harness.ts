import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { HooksHarness, ManualClock } from './hooks.harness.js';
import { Receiver } from './receiver.harness.js';

export const HOUR = 3_600;
/** The request of a command whose idempotency does not matter. */
export const command = { fingerprint: 'test' };

export interface DeliveriesContext {
  clock: ManualClock;
  harness: HooksHarness;
  /** A new one for each test. */
  receiver: Receiver;
  /** How often the address of a receiver was looked up. */
  lookups: number;
}

/** Prepares the webhooks for the tests of one file. No endpoint outlives its test. */
export function useDeliveries(): DeliveriesContext {
  const context = { lookups: 0 } as DeliveriesContext;
  beforeAll(async () => {
    // The public package refuses signatures that are older than five minutes.
    context.clock = new ManualClock(Date.now());
    context.harness = await HooksHarness.open({
      clock: context.clock,
      resolveHost: async () => {
        context.lookups += 1;
        return ['127.0.0.1'];
      },
    });
  });
  afterAll(async () => {
    await context.harness.close();
    expect(context.harness.errors).toEqual([]);
  });
  beforeEach(async () => {
    context.receiver = await Receiver.start();
  });
  afterEach(async () => {
    // The next test must not send what this one has left.
    const { endpoints } = context.harness;
    for (const { hookId } of (await endpoints.list({ limit: 200 })).items) await endpoints.remove(hookId);
    await context.receiver.stop();
  });
  return context;
}

let orders = 0;
export const newOrderId = (): string => `ORDER-${++orders}`;

/** The event of a new order. */
export const placed = () => ({ type: 'order.placed', aggregateId: newOrderId(), aggregateVersion: 1, data: { n: orders } });

/** An event in version 1, which has no data of version 2. */
export const approved = (orderId: string) => {
  const data = { orderId, customerId: 'CUST-ALICE', total: { amount: 100, currency: 'EUR' } };
  return { type: 'order.approved', aggregateId: orderId, aggregateVersion: 1, data };
};
