import { describe, expect, it } from 'vitest';
import type { OutboxEvent } from '../messaging/outbox/outbox-event.js';
import { appendEvent } from './outbox.js';
import type { Transaction } from './transaction.js';

const euros = { amount: 3_000, currency: 'EUR' };
const approved: OutboxEvent = {
  type: 'order.approved',
  typeVersion: 2,
  aggregateType: 'order',
  aggregateId: 'ORDER-1',
  aggregateVersion: 2,
  occurredAt: new Date('2026-11-21T12:00:00Z'),
  data: { orderId: 'ORDER-1', customerId: 'CUST-ALICE', credit: { reserved: euros } },
};

/** Counts what would be written. */
async function append(event: OutboxEvent): Promise<number> {
  let written = 0;
  const tx: Transaction = {
    $executeRaw: () => Promise.resolve(++written),
    $queryRaw: () => Promise.reject(new Error('nothing is read')),
  };
  await appendEvent(tx, event, { key: 'a/key', correlationId: null, traceparent: null });
  return written;
}

describe('an event in the outbox', () => {
  it('is written when it is what the catalogue says', async () => {
    expect(await append(approved)).toBe(1);
  });

  it.each<[string, Partial<OutboxEvent>, string]>([
    ['a type that the catalogue does not know', { type: 'order.aproved' }, 'no order.aproved.v2'],
    ['a version that the catalogue does not know', { typeVersion: 3 }, 'no order.approved.v3'],
    ['the data of another version', { typeVersion: 1 }, 'The order.approved.v1 of ORDER-1 does not fit its schema'],
    ['a field that is missing', { data: { orderId: 'ORDER-1' } }, 'does not fit its schema'],
  ])('fails its transaction with %s', async (_name, wrong, message) => {
    await expect(append({ ...approved, ...wrong })).rejects.toThrow(message);
  });
});
