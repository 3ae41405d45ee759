import { describe, expect, it } from 'vitest';
import { ledgerEntryKinds } from '../../contracts/customer/credit.resource.js';
import { customerEvents } from '../../contracts/customer/customer.events.js';
import type { CreditAccount } from './credit-account.js';
import { creditEvent } from './credit-event.js';

const EUR = (amount: number) => ({ amount, currency: 'EUR' });
const occurredAt = '2026-01-01T00:00:00.123456Z';
const after: CreditAccount = {
  customerId: 'CUST-1',
  sequence: 7,
  limit: EUR(10_000),
  reserved: EUR(4_000),
  blocked: false,
  occurredAt,
};

describe('creditEvent', () => {
  it.each(ledgerEntryKinds)('of %s fits the contract', (kind) => {
    const orderId = ['RESERVED', 'CHANGED', 'RELEASED'].includes(kind) ? 'O-1' : null;
    const event = creditEvent({ customerId: 'CUST-1', sequence: 7, kind, amount: EUR(100), orderId, occurredAt }, after);
    const schema = customerEvents[`${event.type}.v${event.typeVersion}` as keyof typeof customerEvents];
    expect(schema.strict().parse(event.data)).toEqual(event.data);
    expect(event).toMatchObject({ aggregateType: 'customer', aggregateId: 'CUST-1', aggregateVersion: 8 });
  });
});
