import { describe, expect, it } from 'vitest';
import { newCustomer } from '../services/credit-account.fixture.js';
import { ParticipantProbe } from '../services/participant-probe.js';
import { system } from '../support/system.js';
import { expectCreditAddsUp, expectInventoryAddsUp } from './adds-up.js';
import { profilesOf } from './matrix-run.js';
import {
  orderCancellation,
  orderCreation,
  orderPayment,
  orderRevision,
  orderShipment,
  tripBooking,
  tripCancellation,
} from './matrix-subjects.js';
import { describeRollbackMatrix } from './rollback-matrix.js';

const customerId = await newCustomer(new ParticipantProbe('customer', () => system().customerUrl), { limit: 100_000_00 });

/** Runs of one group are under way at the same time; what one saga does and another undoes are in different groups. */
const groups = [
  await profilesOf([orderCreation(customerId), orderRevision(customerId, 'less'), tripBooking]),
  await profilesOf([
    orderRevision(customerId, 'more'),
    orderCancellation(customerId),
    orderPayment(customerId),
    orderShipment(customerId),
    tripCancellation,
  ]),
];

it('is run for every step of every saga', () => {
  const steps = groups
    .flat()
    .map(({ subject, steps }) => [subject.saga, steps.map(({ name, kind }) => `${name}: ${kind}`)] as const);
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

describe.each(groups.map((profiles) => [profiles.map(({ subject }) => subject.saga).join(', '), profiles] as const))(
  '%s',
  (_sagas, profiles) => {
    describeRollbackMatrix(profiles, async () => {
      await expectCreditAddsUp(customerId);
      await expectInventoryAddsUp();
    });
  },
);
