import { describe, expect, it } from 'vitest';
import { createOrderIds } from '../../../workflows/create-order/create-order.contract.js';
import { SagaId, sagaScopes } from './saga-id.js';

describe('SagaId', () => {
  it.each([createOrderIds.of('0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b'), 'cancel-order:o-1:2', 'book-trip:T_1'])(
    'takes %s',
    (id) => {
      expect(SagaId.safeParse(id).success).toBe(true);
    },
  );

  it.each([
    '',
    'create-order',
    'create-order:',
    ':x',
    'Create:x',
    'create-order:a b',
    'create-order:a/../b',
    "x:'",
    'a:b:c:d',
    `x:${'a'.repeat(65)}`,
  ])('refuses %j', (id) => {
    expect(SagaId.safeParse(id).success).toBe(false);
  });
});

describe('sagaScopes', () => {
  it.each([
    ['create-order:o-1', ['operator', 'orders']],
    ['revise-order:o-1:2', ['operator', 'orders']],
    ['expire-unpaid-order:o-1', ['operator', 'orders']],
    ['book-trip:t-1', ['operator', 'trips']],
    ['cancel-trip:t-1:1', ['operator', 'trips']],
    ['onboard-customer:c-1', ['operator', 'customers']],
    ['change-address:c-1:1', ['operator', 'customers']],
    ['book-trip', ['operator', 'trips']],
    ['nothing:create-order', ['operator']],
    ['create-order-trip:x', ['operator', 'trips']],
    [undefined, ['operator']],
  ])('of %j are %j', (sagaId, scopes) => {
    expect(sagaScopes(sagaId)).toEqual(scopes);
  });
});
