import { describe, expect, it } from 'vitest';
import type { Hold, Owner } from '../../../contracts/participant/hold.resource.js';
import { ownershipOf } from './ownership.js';

const heldSince = '2026-06-01T10:00:00Z';
const hold = (kind: Hold['kind'], owner: Hold['owner'], state = 'HELD'): Hold => ({
  kind,
  id: 'hold-1',
  owner,
  ownerId: 'owner-1',
  state,
  heldSince,
});
const at = (state: string, more: Partial<Owner> = {}): Owner => ({
  id: 'owner-1',
  state,
  operationId: null,
  parts: [],
  ...more,
});

describe('ownershipOf', () => {
  it.each([
    ['credit of an approved order', 'customer', hold('credit', 'order', 'RESERVED'), at('APPROVED'), 'owned'],
    [
      'credit of an order that is being paid',
      'customer',
      hold('credit', 'order'),
      at('PAYMENT_PENDING', { operationId: 'p' }),
      'owned',
    ],
    ['credit of a new order', 'customer', hold('credit', 'order'), at('PENDING', { operationId: 'create-order:1' }), 'waiting'],
    ['credit of a rejected order', 'customer', hold('credit', 'order'), at('REJECTED'), 'unowned'],
    ['credit of a paid order', 'customer', hold('credit', 'order'), at('PAID'), 'unowned'],
    ['credit of no order', 'customer', hold('credit', 'order'), undefined, 'unowned'],
    ['money of a booked trip', 'payment', hold('payment', 'trip', 'CAPTURED'), at('BOOKED'), 'owned'],
    ['money of a failed trip', 'payment', hold('payment', 'trip', 'CAPTURED'), at('FAILED'), 'unowned'],
    ['an authorization of a booked trip', 'payment', hold('payment', 'trip', 'AUTHORIZED'), at('BOOKED'), 'unowned'],
    [
      'an authorization of a trip under way',
      'payment',
      hold('payment', 'trip', 'AUTHORIZED'),
      at('PENDING', { operationId: 't' }),
      'waiting',
    ],
    ['money of a paid order', 'payment', hold('payment', 'order', 'CAPTURED'), at('PAID'), 'owned'],
    ['money of an approved order', 'payment', hold('payment', 'order', 'CAPTURED'), at('APPROVED'), 'unowned'],
    ['a room of a booked trip', 'hotel', hold('reservation', 'trip', 'CONFIRMED'), at('BOOKED', { parts: ['hotel'] }), 'owned'],
    [
      'a car of a trip without one',
      'car',
      hold('reservation', 'trip', 'CONFIRMED'),
      at('BOOKED', { parts: ['hotel'] }),
      'unowned',
    ],
    ['a room of a cancelled trip', 'hotel', hold('reservation', 'trip', 'CONFIRMED'), at('CANCELLED'), 'unowned'],
    [
      'the lock of an order',
      'order',
      hold('lock', 'order'),
      at('CANCEL_PENDING', { operationId: 'cancel-order:1:1' }),
      'waiting',
    ],
  ] as const)('says of %s', (_, participant, held, owner, ownership) => {
    expect(ownershipOf(participant, held, owner)).toBe(ownership);
  });
});
