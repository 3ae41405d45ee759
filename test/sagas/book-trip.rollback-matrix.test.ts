import { expect, it } from 'vitest';
import { ended } from '../support/api.js';
import { bookTrip, expectBooked, expectNothingBooked } from '../support/trips.js';
import { describeRollbackMatrix } from './rollback-matrix.js';

const start = async () => {
  const { tripId, sagaId } = await bookTrip();
  return { sagaId, businessId: tripId };
};

const { steps } = await ended((await start()).sagaId);

it('is run for every step of bookTrip', () => {
  expect(steps.map(({ name, kind }) => [name, kind])).toEqual([
    ['create trip', 'compensable'],
    ['reserve room', 'compensable'],
    ['reserve seat', 'compensable'],
    ['reserve car', 'compensable'],
    ['reserve train', 'compensable'],
    ['authorize payment', 'compensable'],
    ['capture payment', 'pivot'],
    ['confirm room', 'retriable'],
    ['confirm seat', 'retriable'],
    ['confirm car', 'retriable'],
    ['confirm train', 'retriable'],
    ['confirm trip', 'retriable'],
  ]);
});

describeRollbackMatrix({ saga: 'bookTrip', start, expectDone: expectBooked, expectTakenBack: expectNothingBooked }, steps);
