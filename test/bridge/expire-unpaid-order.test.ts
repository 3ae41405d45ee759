import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from '../../contracts/values/page.js';
import type { Saga } from '../../contracts/saga/saga.resource.js';
import {
  expireUnpaidOrderIds,
  type ExpireUnpaidOrderOutcome,
} from '../../workflows/expire-unpaid-order/expire-unpaid-order.contract.js';
import { newCustomer } from '../services/customer.harness.js';
import { ParticipantHarness } from '../services/participant.harness.js';
import { call, clearFaults, credit, ended, eventually, order, placeOrder, setFault, viaGateway } from '../support/api.js';
import { unreachableAddress, startTestGateway } from '../support/gateway.harness.js';
import { system } from '../support/system.js';
import { BridgeHarness } from './bridge.harness.js';

/** Long enough to pay in, also on a busy machine. */
const TERM_MS = 30_000;

let connection: Connection;
let client: Client;
let database: pg.Pool;
let customerId: string;
let bridges: BridgeHarness[] = [];
const bridge = async (termMs = TERM_MS, settings: Record<string, string> = {}) => {
  const started = await BridgeHarness.start(termMs, settings);
  bridges.push(started);
  return started;
};

beforeAll(async () => {
  connection = await Connection.connect({ address: system().temporalAddress });
  client = new Client({ connection });
  database = new pg.Pool({ connectionString: system().databaseAdminUrl });
  customerId = await newCustomer(new ParticipantHarness('customer', () => system().customerUrl), { limit: 500_00 });
});
afterEach(async () => {
  await clearFaults();
  // In order, so that the next one has what they were given at once, and not when their leases end.
  await Promise.all(bridges.map((one) => one.stop('SIGTERM')));
  bridges = [];
});
afterAll(async () => {
  await connection.close();
  await database.end();
});

async function approvedOrder(): Promise<string> {
  const { orderId, sagaId } = await placeOrder(customerId, 10);
  expect((await ended(sagaId)).state).toBe('COMPLETED');
  return orderId;
}

/** How the process of the order ended, once it has been started. */
const outcomeOf = (orderId: string): Promise<ExpireUnpaidOrderOutcome> =>
  eventually(
    async () => (await client.workflow.getHandle(expireUnpaidOrderIds.of(orderId)).result()) as ExpireUnpaidOrderOutcome,
    (outcome) => outcome.orderId === orderId,
  );

/** How often the process has read its order. It reads at the end of the term, unless an event announced the order's end before. */
async function readsOf(orderId: string): Promise<number> {
  const { events } = await client.workflow.getHandle(expireUnpaidOrderIds.of(orderId)).fetchHistory();
  return events!.filter((event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'readOrder').length;
}

async function runsOf(orderId: string): Promise<number> {
  const { count } = await client.workflow.count(`WorkflowId = '${expireUnpaidOrderIds.of(orderId)}'`);
  return count;
}

async function pay(orderId: string, paymentMethod = 'pm_ok'): Promise<string> {
  const { status, body } = await call<{ sagaId: string }>('POST', `/v1/orders/${orderId}/pay`, { paymentMethod });
  expect(status, JSON.stringify(body)).toBe(202);
  return body.sagaId;
}

const waiting = async () => (await database.query<{ attempts: number }>('select attempts from saga.bridge_signal')).rows;

describe('an order that is approved and not paid', () => {
  it('is cancelled when its term is over, by an ordinary saga that releases its credit', async () => {
    await bridge(1_000);
    const reservedBefore = (await credit(customerId)).reserved.amount;
    const orderId = await approvedOrder();
    expect(await outcomeOf(orderId)).toEqual({ state: 'EXPIRED', orderId, sagaId: `cancel-order:${orderId}:1` });
    expect(await order(orderId)).toMatchObject({ state: 'CANCELLED' });
    expect((await credit(customerId)).reserved.amount).toBe(reservedBefore);

    // The saga is listed like any other. The waiting process is no saga.
    const sagas = await eventually(
      async () => (await call<Page<Saga>>('GET', `/v1/sagas?businessId=${orderId}`)).body.items,
      (items) => items.length >= 2,
    );
    expect(sagas.map(({ type, state }) => [type, state]).toSorted()).toEqual([
      ['cancelOrder', 'COMPLETED'],
      ['createOrder', 'COMPLETED'],
    ]);
    expect(await ended(`cancel-order:${orderId}:1`)).toMatchObject({ type: 'cancelOrder', state: 'COMPLETED' });
  });

  it('is left alone when it is paid in time: the process ends with the payment', async () => {
    await bridge();
    const orderId = await approvedOrder();
    await ended(await pay(orderId));
    expect(await outcomeOf(orderId)).toEqual({ state: 'SETTLED', orderId });
    expect(await readsOf(orderId), 'an event announced the end').toBe(0);
    expect(await order(orderId)).toMatchObject({ state: 'PAID' });
    const { commandCount } = await order(orderId);
    expect(commandCount, 'nobody has asked for a cancellation').toBe(1);
  });

  it('is not cancelled again when a person cancels it first', async () => {
    await bridge();
    const orderId = await approvedOrder();
    const { body } = await call<{ sagaId: string }>('POST', `/v1/orders/${orderId}/cancel`);
    await ended(body.sagaId);
    expect(await outcomeOf(orderId)).toEqual({ state: 'SETTLED', orderId });
    expect(await readsOf(orderId), 'an event announced the end').toBe(0);
  });

  it('is cancelled later when another saga has it locked at the end of its term', async () => {
    // The bridge is stopped until the order is locked. So the term, which counts from the approval, ends meanwhile on any machine.
    await (await bridge(1_000)).stop('SIGTERM');
    const patient = await startTestGateway({ SAGA_STEP_DEADLINE_MS: 15_000 });
    await setFault({ participant: 'payment', operation: 'authorize', mode: 'error' });
    const orderId = await approvedOrder();
    const sagaId = await viaGateway(patient.url, () => pay(orderId));
    await patient.close();
    await eventually(
      () => order(orderId),
      ({ state }) => state === 'PAYMENT_PENDING',
    );
    await bridge(1_000);
    expect(await outcomeOf(orderId)).toEqual({ state: 'EXPIRED', orderId, sagaId: `cancel-order:${orderId}:2` });
    expect((await ended(sagaId)).state).toBe('COMPENSATED');
    expect(await order(orderId)).toMatchObject({ state: 'CANCELLED', lastPayment: { code: 'PARTICIPANT_UNAVAILABLE' } });
    expect(await readsOf(orderId), 'it was read while it was locked').toBeGreaterThan(1);
  });
});

describe('the bridge', () => {
  it('starts one process for each order, although events come twice and to several processes', async () => {
    await Promise.all([bridge(1_000), bridge(1_000)]);
    const orderIds = await Promise.all(Array.from({ length: 5 }, () => approvedOrder()));
    for (const orderId of orderIds) expect(await outcomeOf(orderId)).toMatchObject({ state: 'EXPIRED' });

    // As if a process had died after it signalled the workflow, and before it recorded that.
    for (const orderId of orderIds) {
      await database.query(
        `insert into saga.bridge_signal (occurrence_id, workflow_id, signal, argument, start)
         select gen_random_uuid(), $1, 'noteOrderFact', '{"occurrenceId": "again", "type": "order.approved"}', $2`,
        [
          expireUnpaidOrderIds.of(orderId),
          JSON.stringify({ type: 'expireUnpaidOrder', request: {}, customerId, businessId: orderId, summary: 'again' }),
        ],
      );
    }
    await eventually(waiting, (rows) => rows.length === 0);
    for (const orderId of orderIds) expect(await runsOf(orderId)).toBe(1);
  });

  it('signals each workflow in order, and no workflow waits for another', async () => {
    const note = async (workflow: string, due: string) => {
      await database.query(
        `insert into saga.bridge_signal (occurrence_id, workflow_id, signal, argument, next_attempt_at)
         values (gen_random_uuid(), $1, 'noteOrderFact', '{}', now() + $2::interval)`,
        [expireUnpaidOrderIds.of(workflow), due],
      );
    };
    // Ignores what the bridge records about orders of earlier tests.
    const noted = async () => {
      const { rows } = await database.query<{ id: string }>(
        'select workflow_id as id from saga.bridge_signal where workflow_id = any($1) order by 1',
        [['ORDER-FREE', 'ORDER-HELD'].map((orderId) => expireUnpaidOrderIds.of(orderId))],
      );
      return rows.map(({ id }) => expireUnpaidOrderIds.businessIdOf(id));
    };
    await note('ORDER-HELD', '1 hour');
    await note('ORDER-HELD', '0');
    await bridge();
    await note('ORDER-FREE', '0');
    await eventually(noted, (waitingFor) => !waitingFor.includes('ORDER-FREE'));
    expect(await noted()).toEqual(['ORDER-HELD', 'ORDER-HELD']);
    await database.query('update saga.bridge_signal set next_attempt_at = now()');
    await eventually(noted, (waitingFor) => waitingFor.length === 0);
  });

  it('sends later what it could not send while Temporal was unavailable, also after a kill', async () => {
    const cutOff = await bridge(1_000, { TEMPORAL_ADDRESS: unreachableAddress });
    const orderId = await approvedOrder();
    await eventually(waiting, ([first]) => (first?.attempts ?? 0) > 0);
    await cutOff.stop('SIGKILL');
    // The next process waits for the end of the lease. The lease ends now.
    await database.query('update saga.bridge_signal set next_attempt_at = now()');
    await bridge(1_000);
    expect(await outcomeOf(orderId)).toMatchObject({ state: 'EXPIRED' });
    await eventually(waiting, (rows) => rows.length === 0);
  });
});
