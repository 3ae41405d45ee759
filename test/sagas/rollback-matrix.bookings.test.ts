import { expect, it } from 'vitest';
import { newCustomer } from '../services/customer.harness.js';
import { ParticipantHarness } from '../services/participant.harness.js';
import { system } from '../support/system.js';
import { assertCreditConsistent, assertInventoryConsistent } from './consistency.harness.js';
import { profilesOf } from './rollback-matrix.harness.js';
import { orderCreation, orderRevision, tripBooking } from './matrix-sagas.harness.js';
import { describeRollbackMatrix } from './rollback-matrix.js';

const customerId = await newCustomer(new ParticipantHarness('customer', () => system().customerUrl), { limit: 100_000_00 });

// These runs are in progress at the same time. Sagas whose steps compensate each other are in the other group: rollback-matrix.changes.test.ts.
const profiles = await profilesOf([orderCreation(customerId), orderRevision(customerId, 'less'), tripBooking]);

it('is run for every step of every saga', () => {
  const steps = profiles.map(({ subject, steps }) => [subject.saga, steps.map(({ name, kind }) => `${name}: ${kind}`)] as const);
  expect(Object.fromEntries(steps)).toEqual({
    createOrder: ['create order: compensable', 'reserve credit: compensable', 'approve order: pivot'],
    'reviseOrder to less': ['begin order revision: compensable', 'lower reservation: pivot', 'confirm order revision: retriable'],
    bookTrip: [
      'create trip: compensable',
      'reserve room: compensable',
      'reserve seat: compensable',
      'reserve car: compensable',
      'reserve train: compensable',
      'authorize payment: compensable',
      'capture payment: pivot',
      'confirm room: retriable',
      'confirm seat: retriable',
      'confirm car: retriable',
      'confirm train: retriable',
      'confirm trip: retriable',
    ],
  });
});

describeRollbackMatrix(profiles, async () => {
  await assertCreditConsistent(customerId);
  await assertInventoryConsistent();
});
