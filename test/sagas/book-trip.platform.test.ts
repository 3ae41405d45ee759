import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { call, clearFaults, ended, eventually, saga, setFault, through } from '../support/api.js';
import { ownGateway } from '../support/own-gateway.js';
import { system } from '../support/system.js';
import { bookTrip, expectBooked, expectNothingBooked, plentifulTrip, reservationsOf, trip } from '../support/trips.js';
import { expectInventoryAddsUp } from './adds-up.js';

let connection: Connection;
let temporal: Client;

beforeAll(async () => {
  connection = await Connection.connect({ address: system().temporalAddress });
  temporal = new Client({ connection });
});
afterAll(() => connection.close());
afterEach(clearFaults);

const ask = (key: string, body: object) =>
  call<{ tripId: string; sagaId: string }>('POST', '/v1/trips', body, { 'idempotency-key': key });

/** What a retention that has run out does: Temporal knows nothing any more of the run, and would start another one. */
async function forget(workflowId: string): Promise<void> {
  const { runId } = await temporal.workflow.getHandle(workflowId).describe();
  await connection.workflowService.deleteWorkflowExecution({ namespace: 'default', workflowExecution: { workflowId, runId } });
  await eventually(
    () =>
      temporal.workflow
        .getHandle(workflowId, runId)
        .describe()
        .then(() => false)
        .catch((error: unknown) => error instanceof WorkflowNotFoundError),
    (gone) => gone,
  );
}

describe('bookTrip under the operations of the platform', () => {
  it('leaves a booked trip as it is when its key comes again after Temporal has forgotten the run', async () => {
    const key = randomUUID();
    const body = plentifulTrip();
    const { tripId, sagaId } = (await ask(key, body)).body;
    expect((await ended(sagaId)).state).toBe('COMPLETED');
    const reserved = await reservationsOf(tripId);
    await forget(sagaId);

    // Other settings than at the first time, so that another length of hold is asked for.
    const gateway = await ownGateway({ SAGA_FORWARD_DEADLINE_MS: 90_000 });
    try {
      const again = await through(gateway.url, () => ask(key, body));
      expect([again.status, again.body.tripId]).toEqual([202, tripId]);
    } finally {
      await gateway.close();
    }
    expect(await temporal.workflow.getHandle(sagaId).result()).toMatchObject({ state: 'BOOKED', tripId });
    await expectBooked(tripId);
    expect(await reservationsOf(tripId)).toEqual(reserved);
    await expectInventoryAddsUp();
  });

  it('leaves a failed trip as it is, although the second run fails for another reason', async () => {
    await setFault({ participant: 'hotel', operation: 'reserveRoom', mode: 'error' });
    const key = randomUUID();
    const { tripId, sagaId } = (await ask(key, plentifulTrip())).body;
    expect((await ended(sagaId)).state).toBe('COMPENSATED');
    const { failure } = await trip(tripId);
    await clearFaults();
    await forget(sagaId);

    expect((await ask(key, plentifulTrip())).status).toBe(202);
    // The room is refused this time, as its undo has come before it.
    expect(await temporal.workflow.getHandle(sagaId).result()).toMatchObject({
      state: 'FAILED',
      failure: { code: 'RESERVATION_CANCELLED' },
    });
    await expectNothingBooked(tripId, failure!.code);
  });

  it('rolls back and ends Cancelled when its workflow is cancelled', async () => {
    await setFault({ participant: 'hotel', operation: 'reserveRoom', mode: 'delay', delayMs: 5_000, times: 1 });
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
