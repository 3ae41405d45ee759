import type { LedgerEntry, LedgerEntryKind } from '../../contracts/credit.resource.js';
import type { CustomerEventData, CustomerEventType } from '../../contracts/customer.events.js';
import type { OutboxEvent } from '../../libs/participant/outbox.js';
import type { CreditAccount } from './credit-account.js';

/** Every kind of entry is one fact for the world; one that is missing does not compile. */
const eventTypes = {
  OPENED: 'customer.credit-opened',
  LIMIT_CHANGED: 'customer.credit-limit-changed',
  RESERVED: 'customer.credit-reserved',
  CHANGED: 'customer.credit-changed',
  RELEASED: 'customer.credit-released',
  BLOCKED: 'customer.credit-blocked',
  UNBLOCKED: 'customer.credit-unblocked',
} as const satisfies Record<LedgerEntryKind, string>;

type CreditEventType = `${(typeof eventTypes)[LedgerEntryKind]}.v1` & CustomerEventType;

/** The event of an entry. Its version of the aggregate `credit` is the entry's sequence, so neither can have a hole without the other. */
export function creditEvent(entry: LedgerEntry, after: CreditAccount): OutboxEvent {
  const { customerId, sequence, kind, amount, orderId, occurredAt } = entry;
  const { limit, reserved } = after;
  const data: CustomerEventData<CreditEventType> = {
    customerId,
    limit,
    reserved,
    ...(orderId === null ? {} : { orderId, amount }),
  };
  return {
    type: eventTypes[kind],
    typeVersion: 1,
    aggregateType: 'credit',
    aggregateId: customerId,
    aggregateVersion: sequence,
    occurredAt: new Date(occurredAt),
    data,
  };
}
