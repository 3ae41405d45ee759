import { Client, Connection } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { clearFaults, ended, eventually, saga, setFault } from '../support/api.js';
import { forgetRun } from '../support/forget-run.js';
import { type StartedWith, startedWith } from '../support/started-with.js';
import { system } from '../support/system.js';
import { bookTrip, expectBooked, expectNothingBooked, reservationsOf, trip } from '../support/trips.js';
import { assertInventoryConsistent } from './consistency.harness.js';

let connection: Connection;
let temporal: Client;

beforeAll(async () => {
  connection = await Connection.connect({ address: system().temporalAddress });
  temporal = new Client({ connection });
});
afterAll(() => connection.close());
afterEach(clearFaults);

/** The gateway starts no second run; somebody with the CLI may. */
const runAgain = (workflowId: string, { type, taskQueue, request }: StartedWith, policy: object = {}) =>
  temporal.workflow.start(type, { workflowId, taskQueue, args: [{ ...request, policy: { ...request.policy, ...policy } }] });

describe('bookTrip under the operations of the platform', () => {
  it('does not change a booked trip when its saga runs again after Temporal has forgotten the run', async () => {
    const { tripId, sagaId } = await bookTrip();
    expect((await ended(sagaId)).state).toBe('COMPLETED');
    const reserved = await reservationsOf(tripId);
    const first = await startedWith(temporal, sagaId);
    await forgetRun(temporal, sagaId);

    // Another deadline than at the first time, so that another length of hold is asked for.
    const again = await runAgain(sagaId, first, { forwardDeadlineMs: 90_000 });
    expect(await again.result()).toMatchObject({ state: 'BOOKED', tripId });
    await expectBooked(tripId);
    expect(await reservationsOf(tripId)).toEqual(reserved);
    await assertInventoryConsistent();
  });

  it('leaves a failed trip as it is, although the second run fails for another reason', async () => {
    await setFault({ participant: 'hotel', operation: 'reserveRoom', mode: 'error' });
    const { tripId, sagaId } = await bookTrip();
    expect((await ended(sagaId)).state).toBe('COMPENSATED');
    const { failure } = await trip(tripId);
    const first = await startedWith(temporal, sagaId);
    await clearFaults();
    await forgetRun(temporal, sagaId);

    const again = await runAgain(sagaId, first);
    // The room is refused this time, as its undo has come before it.
    expect(await again.result()).toMatchObject({
      state: 'FAILED',
      failure: { code: 'RESERVATION_CANCELLED' },
    });
    await expectNothingBooked(tripId, failure!.code);
  });

  it('rolls back and ends Cancelled when its workflow is cancelled', async () => {
    await setFault({ participant: 'hotel', operation: 'reserveRoom', mode: 'delay', delayMs: 8_000, times: 2 });
    const { tripId, sagaId } = await bookTrip();
    await eventually(
      () => saga(sagaId),
      ({ steps }) => steps.some(({ name, state }) => name === 'reserve room' && state === 'RUNNING'),
    );
    await temporal.workflow.getHandle(sagaId).cancel();
    expect((await ended(sagaId)).state).toBe('COMPENSATED');
    expect((await temporal.workflow.getHandle(sagaId).describe()).status.name).toBe('CANCELLED');
    await expectNothingBooked(tripId, 'CANCELLED');
  });
});
