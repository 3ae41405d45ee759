import { expect, it } from 'vitest';
import { newCustomer } from '../services/customer.harness.js';
import { ParticipantHarness } from '../services/participant.harness.js';
import { system } from '../support/system.js';
import { assertCreditConsistent, assertInventoryConsistent } from './consistency.harness.js';
import { profilesOf } from './rollback-matrix.harness.js';
import { orderCancellation, orderPayment, orderRevision, orderShipment, tripCancellation } from './matrix-sagas.harness.js';
import { describeRollbackMatrix } from './rollback-matrix.js';

const customerId = await newCustomer(new ParticipantHarness('customer', () => system().customerUrl), { limit: 100_000_00 });

// These runs are in progress at the same time. Sagas whose steps compensate each other are in the other group: rollback-matrix.bookings.test.ts.
const profiles = await profilesOf([
  orderRevision(customerId, 'more'),
  orderCancellation(customerId),
  orderPayment(customerId),
  orderShipment(customerId),
  tripCancellation,
]);

it('is run for every step of every saga', () => {
  const steps = profiles.map(({ subject, steps }) => [subject.saga, steps.map(({ name, kind }) => `${name}: ${kind}`)] as const);
  expect(Object.fromEntries(steps)).toEqual({
    'reviseOrder to more': [
      'begin order revision: compensable',
      'raise reservation: compensable',
      'confirm order revision: pivot',
    ],
    cancelOrder: ['begin order cancellation: compensable', 'release credit: pivot', 'confirm order cancellation: retriable'],
    payOrder: [
      'begin order payment: compensable',
      'authorize payment: compensable',
      'capture payment: pivot',
      'release credit: retriable',
      'confirm order payment: retriable',
    ],
    shipOrder: ['ship order: pivot'],
    cancelTrip: [
      'begin trip cancellation: compensable',
      'commit trip cancellation: pivot',
      'cancel room: retriable',
      'cancel seat: retriable',
      'cancel car: retriable',
      'cancel train: retriable',
      'refund payment: retriable',
      'confirm trip cancellation: retriable',
    ],
  });
});

describeRollbackMatrix(profiles, async () => {
  await assertCreditConsistent(customerId);
  await assertInventoryConsistent();
});
