import { afterEach, describe, expect, it } from 'vitest';
import { call, clearFaults, ended, eventually, saga, setFault } from '../support/api.js';
import { bookTrip, expectCancelled, paymentsOf, plentifulTrip, reservationsOf, trip } from '../support/trips.js';
import { ParticipantHarness } from '../services/participant.harness.js';
import { system } from '../support/system.js';
import { answered } from './step-target.harness.js';

afterEach(clearFaults);

const faultsLeft = async () => (await call<{ items: object[] }>('GET', '/v1/faults')).body.items;

describe('cancelTrip', () => {
  it('refunds once what the policy says although an operator retries the refund in progress', async () => {
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
    await answered(body.sagaId, { name: 'refund payment' });
    await expectCancelled(tripId, Math.floor((await trip(tripId)).total.amount / 2));
    expect(await paymentsOf(tripId)).toHaveLength(1);
  });

  describe('with a step that an operator skips', () => {
    /** A trip that is being cancelled, with the operation refused and its step skipped. */
    async function skipped(participant: string, operation: string, step: string): Promise<string> {
      const { tripId, sagaId: booking } = await bookTrip(plentifulTrip());
      await ended(booking);
      await setFault({ participant, operation, mode: 'refuse' });
      const { body } = await call<{ sagaId: string }>('POST', `/v1/trips/${tripId}/cancel`);
      await eventually(
        () => saga(body.sagaId),
        ({ state }) => state === 'NEEDS_ATTENTION',
      );
      const decision = { step, action: 'skip', note: 'left as it is' };
      expect((await call('POST', `/v1/sagas/${body.sagaId}/resolve`, decision)).status).toBe(200);
      expect(await ended(body.sagaId)).toMatchObject({ state: 'INCOMPLETE', held: [step] });
      return tripId;
    }
    const eventAbout = async (tripId: string, type: string) => {
      const facts = await new ParticipantHarness('trip', () => system().tripUrl).facts('trip', tripId);
      return JSON.parse(facts.find(({ name }) => name === type)!.data) as Record<string, unknown>;
    };

    it('does not say that a refund was given which was not', async () => {
      const tripId = await skipped('payment', 'refund', 'refund payment');
      const { state, refund, total } = await trip(tripId);
      expect({ state, refund }).toEqual({ state: 'CANCELLED', refund: { ...total, amount: 0 } });
      expect(await paymentsOf(tripId)).toMatchObject([{ state: 'CAPTURED', amount: total }]);
      expect(await eventAbout(tripId, 'trip.cancelled.v1')).toMatchObject({ refund: { amount: 0 } });
    });

    it('does not say that a part was cancelled which was not', async () => {
      const tripId = await skipped('car', 'cancelCar', 'cancel car');
      expect(await trip(tripId)).toMatchObject({
        state: 'CANCELLED',
        hotel: { state: 'CANCELLED' },
        flights: [{ state: 'CANCELLED' }],
        car: { state: 'CONFIRMED' },
      });
      const states = (await reservationsOf(tripId)).map(({ participant, state }) => [participant, state]);
      expect(Object.fromEntries(states)).toMatchObject({ hotel: 'CANCELLED', car: 'CONFIRMED' });
      expect(await eventAbout(tripId, 'trip.cancelled.v1')).toMatchObject({ except: ['car'] });
    });
  });
});
