import type { LedgerEntry, LedgerEntryKind } from '../../contracts/customer/credit.resource.js';
import type { CustomerEventData, CustomerEventType } from '../../contracts/customer/customer.events.js';
import type { OutboxEvent } from '../../libs/messaging/outbox/outbox-event.js';
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

/** What a customer says before there is any entry in the ledger: that it is registered. */
const VERSIONS_BEFORE_LEDGER = 1;

/**
 * The event of an entry. All that is said about a customer is numbered through, so that a reader of one subject sees 1, 2, 3 …: after the
 * registration it is the ledger's sequence that counts, and neither can have a hole without the other.
 */
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
    aggregateType: 'customer',
    aggregateId: customerId,
    aggregateVersion: VERSIONS_BEFORE_LEDGER + sequence,
    occurredAt: new Date(occurredAt),
    data,
  };
}
