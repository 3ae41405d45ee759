import { describe, expect, it } from 'vitest';
import { sagaScopes } from './saga-scopes.js';

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
