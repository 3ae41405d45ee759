import { afterEach, describe, expect, it } from 'vitest';
import { call, clearFaults, ended, eventually, saga, setFault } from '../support/api.js';
import { bookTrip, expectCancelled, paymentsOf, plentifulTrip, trip } from '../support/trips.js';
import { landed } from './step-target.js';

afterEach(clearFaults);

const faultsLeft = async () => (await call<{ items: object[] }>('GET', '/v1/faults')).body.items;

describe('cancelTrip', () => {
  it('gives back once what the policy says, although an operator has the refund retried while it is under way', async () => {
    // Ten days ahead half of the price is given back: a second refund of the same would not be more than was paid.
    const { tripId, sagaId: booking } = await bookTrip(plentifulTrip(-50));
    await ended(booking);
    await setFault({ participant: 'payment', operation: 'refund', mode: 'delay', delayMs: 7_000, times: 1 });
    const { status, body } = await call<{ sagaId: string }>('POST', `/v1/trips/${tripId}/cancel`);
    expect(status, JSON.stringify(body)).toBe(202);
    await eventually(faultsLeft, (faults) => faults.length === 0);
    await setFault({ participant: 'payment', operation: 'refund', mode: 'error' });
    await eventually(
      () => saga(body.sagaId),
      ({ state }) => state === 'NEEDS_ATTENTION',
    );
    const decision = { step: 'refund payment', action: 'retry', note: 'again' };
    expect((await call('POST', `/v1/sagas/${body.sagaId}/resolve`, decision)).status).toBe(200);
    await clearFaults();
    expect((await ended(body.sagaId)).state).toBe('COMPLETED');
    await landed(body.sagaId, { name: 'refund payment' });
    await expectCancelled(tripId, Math.floor((await trip(tripId)).total.amount / 2));
    expect(await paymentsOf(tripId)).toHaveLength(1);
  });
});
