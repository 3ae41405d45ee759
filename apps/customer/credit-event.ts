import type { LedgerEntry, LedgerEntryKind } from '../../contracts/customer/credit.resource.js';
import type { CustomerEventData, CustomerEventType } from '../../contracts/customer/customer.events.js';
import type { OutboxEvent } from '../../libs/messaging/outbox/outbox-event.js';
import type { CreditAccount } from './credit-account.js';

/** The event of each kind of entry. A missing kind does not compile. */
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

/** The event of a customer before the first entry of the ledger: it is registered. */
const VERSIONS_BEFORE_LEDGER = 1;

/**
 * The event of an entry. The events of a customer are numbered 1, 2, 3 … without a gap. After the registration the number follows from the
 * ledger's sequence, so a gap in one would be a gap in the other.
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
