import { Client, Connection } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LostSagas } from '../../apps/saga/lost/lost-sagas.js';
import { OwnerSweep } from '../../apps/saga/lost/owner-sweep.js';
import { SagaSettler } from '../../apps/saga/lost/saga-settler.js';
import { SagaRegister } from '../../apps/saga/saga-register.js';
import { sagaPolicy, sagaPolicySettings } from '../../libs/config/saga-policy.js';
import { readSettings } from '../../libs/config/settings.js';
import { serviceUrl } from '../../libs/database/service-url.js';
import { ServiceApi } from '../../libs/service-client/service-api.js';
import type { Page } from '../../contracts/values/page.js';
import type { Problem } from '../../contracts/values/problem.js';
import type { Saga, SagaSummary } from '../../contracts/saga/saga.resource.js';
import { factsOf } from '../events/facts.harness.js';
import {
  call,
  clearFaults,
  ended,
  eventually,
  get,
  order,
  placeOrder,
  richestCustomer,
  saga,
  setFault,
  tokens,
} from '../support/api.js';
import { forgetRun } from '../support/forget-run.js';
import { ParticipantHarness } from '../services/participant.harness.js';
import { system } from '../support/system.js';
import { bookTrip, paymentsOf, plentifulTrip, reservationsOf, trip } from '../support/trips.js';

const log = pino({ level: 'silent' });
const facts = factsOf('saga');
let connection: Connection;
let temporal: Client;
let database: pg.Pool;
let owners: { order: ServiceApi; trip: ServiceApi };

beforeAll(async () => {
  connection = await Connection.connect({ address: system().temporalAddress });
  temporal = new Client({ connection });
  database = new pg.Pool({ connectionString: serviceUrl(system().databaseAdminUrl, 'saga', 'roundtrip'), max: 3 });
  owners = { order: new ServiceApi('order', system().orderUrl), trip: new ServiceApi('trip', system().tripUrl) };
});
afterAll(async () => {
  await Promise.all([connection.close(), database.end(), owners.order.close(), owners.trip.close()]);
});
afterEach(clearFaults);

const settle = (sagaId: string, note: string, headers: Record<string, string> = {}) =>
  call<Saga & Problem>('POST', `/v1/sagas/${sagaId}/settle`, { note }, headers);
/** Once it is shown as lost, and with the steps of a run that Temporal still has. */
const isLost = (sagaId: string, ran = true) =>
  eventually(
    () => saga(sagaId),
    ({ state, lost, steps }) => state === 'NEEDS_ATTENTION' && lost === true && (!ran || steps.length > 0),
    20_000,
  );

/** A trip whose parts are held and whose payment cannot be authorized for now. */
async function tripInMidway(): Promise<{ tripId: string; sagaId: string }> {
  await setFault({ participant: 'payment', operation: 'authorize', mode: 'error' });
  const accepted = await bookTrip(plentifulTrip());
  await eventually(
    () => reservationsOf(accepted.tripId),
    (reservations) => reservations.length === 4,
  );
  // A run that ends before its first workflow task has no steps to show.
  await eventually(
    () => temporal.workflow.getHandle(accepted.sagaId).fetchHistory(),
    ({ events }) => (events ?? []).length > 4,
  );
  return accepted;
}

/** Either everything is booked and paid, or nothing is held and nothing is charged. */
async function expectConsistent(tripId: string): Promise<void> {
  const [{ state }, reservations, payments] = await Promise.all([trip(tripId), reservationsOf(tripId), paymentsOf(tripId)]);
  expect(['BOOKED', 'FAILED']).toContain(state);
  const wanted = state === 'BOOKED' ? 'CONFIRMED' : 'CANCELLED';
  for (const reservation of reservations) expect(reservation.state).toBe(wanted);
  const charged = payments.filter((payment) => payment.state === 'AUTHORIZED' || payment.state === 'CAPTURED');
  expect(charged.map((payment) => payment.state)).toEqual(state === 'BOOKED' ? ['CAPTURED'] : []);
}

describe('a saga that was terminated in mid-trip', () => {
  it('needs attention as lost, is settled by an operator once, and leaves nothing half done', async () => {
    const { tripId, sagaId } = await tripInMidway();
    expect(await settle(sagaId, 'too early')).toMatchObject({ status: 409, body: { code: 'SAGA_NOT_LOST' } });
    await temporal.workflow.getHandle(sagaId).terminate('a person with the CLI');

    expect(await isLost(sagaId)).toMatchObject({ endedAt: null, held: expect.arrayContaining(['reserve room']) });
    await facts(sagaId, 'saga.needs-attention.v1');
    const listed = await get<Page<SagaSummary>>(`/v1/sagas?state=NEEDS_ATTENTION&businessId=${tripId}`);
    expect(listed.items).toMatchObject([{ sagaId, lost: true, endedAt: null }]);

    await clearFaults();
    const key = { 'idempotency-key': randomUUID() };
    expect(await settle(sagaId, '')).toMatchObject({ status: 422, body: { errors: [{ pointer: '/note' }] } });
    expect(await settle(sagaId, 'n'.repeat(501))).toMatchObject({ status: 422, body: { errors: [{ pointer: '/note' }] } });
    expect(await settle(sagaId, 'terminated by mistake', key)).toMatchObject({ status: 202, body: { sagaId } });
    expect(await settle(sagaId, 'terminated by mistake', key)).toMatchObject({ status: 202, body: { sagaId } });
    expect(await settle(sagaId, 'another note', key)).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });

    const settled = await ended(sagaId);
    expect(settled.lost).toBeUndefined();
    await expectConsistent(tripId);
    expect(await settle(sagaId, 'again')).toMatchObject({ status: 409, body: { code: 'SAGA_NOT_LOST' } });
    const { rows } = await database.query('select note from settlement where saga_id = $1', [sagaId]);
    expect(rows).toEqual([{ note: 'terminated by mistake' }]);
  });

  it('is settled without being asked when lost sagas are to be settled', async () => {
    const { tripId, sagaId } = await tripInMidway();
    await temporal.workflow.getHandle(sagaId).terminate('a test');
    await isLost(sagaId);
    await clearFaults();
    const register = new SagaRegister(database);
    const policy = sagaPolicy(readSettings(...sagaPolicySettings));
    const settler = new SagaSettler(database, register, { client: temporal, owners, taskQueue: 'roundtrip', policy });
    // As the saga service does with SETTLE_LOST_SAGAS=on.
    const lost = new LostSagas({ client: temporal, register, settler, settle: true, log });
    await eventually(
      async () => {
        await lost.step();
        return (await saga(sagaId)).lost === true;
      },
      (isStillLost) => !isStillLost,
    );
    expect((await ended(sagaId)).lost).toBeUndefined();
    await expectConsistent(tripId);
  });

  it('continues as usual after a reset, which terminates its run, too', async () => {
    const { tripId, sagaId } = await tripInMidway();
    const { runId } = await temporal.workflow.getHandle(sagaId).describe();
    await connection.workflowService.resetWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: sagaId, runId },
      workflowTaskFinishEventId: 4 as never,
      reason: 'a test',
      requestId: randomUUID(),
    });
    await clearFaults();
    await ended(sagaId);
    await expectConsistent(tripId);
    const published = await facts(sagaId, 'saga.completed.v1');
    expect(published.map(({ data }) => data['lost'])).not.toContain(true);
  });
});

describe('a saga that was deleted in mid-trip', () => {
  it("is found, and settled from its owner's state", async () => {
    const { tripId, sagaId } = await tripInMidway();
    await facts(sagaId, 'saga.started.v1');
    await connection.workflowService.deleteWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: sagaId },
    });
    // As if half a minute had passed: then open sagas are compared with Temporal.
    await database.query(`update saga set checked_at = 'epoch' where saga_id = $1`, [sagaId]);
    await isLost(sagaId, false);
    await clearFaults();
    expect(await settle(sagaId, 'deleted by mistake')).toMatchObject({ status: 202 });
    await ended(sagaId);
    await expectConsistent(tripId);
  });
});

describe('a saga that was deleted before its owner knew of it', () => {
  it.each(['order', 'trip'] as const)('leaves a tombstone for the %s when it is settled', async (noun) => {
    const operation = noun === 'order' ? 'createOrder' : 'createTrip';
    await setFault({ participant: noun, operation, mode: 'error' });
    const customerId = await richestCustomer();
    const { sagaId, ...ids } = noun === 'order' ? await placeOrder(customerId, 1) : await bookTrip(plentifulTrip());
    await facts(sagaId, 'saga.started.v1');
    await connection.workflowService.deleteWorkflowExecution({ namespace: 'default', workflowExecution: { workflowId: sagaId } });
    // As if half a minute had passed: then open sagas are compared with Temporal.
    await database.query(`update saga set checked_at = 'epoch' where saga_id = $1`, [sagaId]);
    await isLost(sagaId, false);
    await clearFaults();
    expect(await settle(sagaId, 'deleted by mistake')).toMatchObject({ status: 202 });
    expect((await ended(sagaId)).state).toBe('COMPENSATED');
    // A request that was on its way all the time.
    const harness = new ParticipantHarness(noun, () => system()[`${noun}Url`]);
    const late =
      'orderId' in ids
        ? { orderId: ids.orderId, customerId, lines: tokens(1), operationId: sagaId }
        : { tripId: (ids as { tripId: string }).tripId, customerId, hotel: plentifulTrip().hotel, operationId: sagaId };
    const reply = await harness.send(operation, late, `${sagaId}/create-${noun}`);
    expect(reply).toMatchObject({ status: 409 });
  });
});

describe('an order that waits for a saga without any trace', () => {
  it('is found by its owner, and settled', async () => {
    await setFault({ participant: 'customer', operation: 'reserveCredit', mode: 'error' });
    const { orderId, sagaId } = await placeOrder(await richestCustomer(), 1);
    await eventually(
      () => order(orderId),
      ({ commandCount }) => commandCount !== undefined,
    );
    await facts(sagaId, 'saga.started.v1');
    await forgetRun(temporal, sagaId);
    // Once what the saga service has said of it is in the log: it counts its events in this row.
    await eventually(
      () =>
        database.query('delete from saga where saga_id = $1 and not exists (select from outbox where aggregate_id = $1)', [
          sagaId,
        ]),
      ({ rowCount }) => rowCount === 1,
    );

    const register = new SagaRegister(database);
    // Everything that waits is overdue.
    const sweep = new OwnerSweep({ client: temporal, register, owners, forwardDeadlineMs: -120_000, approvalWithinMs: 0, log });
    await sweep.sweep();
    expect(await isLost(sagaId, false)).toMatchObject({ type: 'createOrder', businessId: orderId });
    await clearFaults();
    expect(await settle(sagaId, 'its run is gone')).toMatchObject({ status: 202 });
    await ended(sagaId);
    expect(['APPROVED', 'REJECTED']).toContain((await order(orderId)).state);
  });
});

describe('POST /v1/sagas/{sagaId}/settle', () => {
  it('says that there is no such saga', async () => {
    expect(await settle(`create-order:${randomUUID()}`, 'x')).toMatchObject({ status: 404, body: { code: 'SAGA_NOT_FOUND' } });
  });

  it('refuses a saga that has ended by itself', async () => {
    const { sagaId } = await placeOrder(await richestCustomer(), 1);
    await ended(sagaId);
    expect(await settle(sagaId, 'x')).toMatchObject({ status: 409, body: { code: 'SAGA_NOT_LOST' } });
  });
});
