import { expect, it } from 'vitest';
import { newCustomer } from '../services/customer.harness.js';
import { ParticipantProbe } from '../services/participant.harness.js';
import { system } from '../support/system.js';
import { expectCreditAddsUp, expectInventoryAddsUp } from './consistency.harness.js';
import { profilesOf } from './rollback-matrix.harness.js';
import { isInMatrix } from './matrix-sample.js';
import { orderCreation, orderRevision, tripBooking } from './matrix-sagas.harness.js';
import { describeRollbackMatrix } from './rollback-matrix.js';

const customerId = await newCustomer(new ParticipantProbe('customer', () => system().customerUrl), { limit: 100_000_00 });

/** Runs of these are under way at the same time; what one of them does and another saga undoes is in the other group: `rollback-matrix.changes.test.ts`. */
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

describeRollbackMatrix(
  profiles,
  async () => {
    await expectCreditAddsUp(customerId);
    await expectInventoryAddsUp();
  },
  isInMatrix,
);
