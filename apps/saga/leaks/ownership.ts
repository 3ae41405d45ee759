import type { Hold, Owner } from '../../../contracts/participant/hold.resource.js';

/** `owned`: correct. `waiting`: a saga decides about it. `unowned`: a leak, unless a saga is running. */
export type Ownership = 'owned' | 'waiting' | 'unowned';

/** The states in which an order keeps its reserved credit. */
const keepsCredit = new Set(['APPROVED', 'REVISION_PENDING', 'CANCEL_PENDING', 'PAYMENT_PENDING']);
const paidOrder = new Set(['PAID', 'SHIPPED']);
/** A cancelled trip keeps the part of the payment that the refund policy does not return. */
const paidTrip = new Set(['BOOKED', 'CANCELLING', 'CANCELLED']);
const keepsParts = new Set(['BOOKED', 'CANCELLING']);

/**
 * Whether the order or trip of a hold owns it. While the owner waits for an operation, that operation decides.
 *
 * @param owner undefined if there is no such order or trip, or only a tombstone.
 */
export function ownershipOf(participant: string, hold: Hold, owner: Owner | undefined): Ownership {
  if (owner && isOwned(participant, hold, owner)) return 'owned';
  return owner && owner.operationId !== null ? 'waiting' : 'unowned';
}

function isOwned(participant: string, { kind, state, owner: ownerType }: Hold, owner: Owner): boolean {
  switch (kind) {
    case 'credit':
      return keepsCredit.has(owner.state);
    case 'payment':
      return state === 'CAPTURED' && (ownerType === 'order' ? paidOrder : paidTrip).has(owner.state);
    case 'reservation':
      return keepsParts.has(owner.state) && owner.parts.includes(participant);
    case 'lock':
      return false;
  }
}
