import { Client, Connection } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { participantNames } from '../../contracts/participant/participants.js';
import type { Order } from '../../contracts/order/order.resource.js';
import type { Problem } from '../../contracts/values/problem.js';
import type { Trip } from '../../contracts/trip/trip.resource.js';
import {
  call,
  clearFaults,
  ended,
  eventually,
  order,
  payments,
  placeOrder,
  richestCustomer,
  setFault,
  tokens,
} from '../support/api.js';
import { forgetRun, isForgotten } from '../support/forget-run.js';
import { unreachableAddress, startTestGateway } from '../support/gateway.harness.js';
import { ParticipantHarness } from '../services/participant.harness.js';
import { backdate, trim } from '../services/trimming.harness.js';
import { system } from '../support/system.js';
import { tripOf } from '../support/trips.js';

let connection: Connection;
let client: Client;
let customerId: string;

beforeAll(async () => {
  connection = await Connection.connect({ address: system().temporalAddress });
  client = new Client({ connection });
  customerId = await richestCustomer();
});
afterEach(clearFaults);
afterAll(() => connection.close());

type Answer = { sagaId: string; links: object } & Order & Trip & Problem;
const send = (path: string, body: object | undefined, headers: Record<string, string>) =>
  call<Answer>('POST', path, body, headers);

async function approved(): Promise<string> {
  const { orderId, sagaId } = await placeOrder(customerId, 2);
  await ended(sagaId);
  return orderId;
}

async function paid(): Promise<string> {
  const orderId = await approved();
  const { sagaId } = (await send(`/v1/orders/${orderId}/pay`, { paymentMethod: 'pm_ok' }, {})).body;
  await ended(sagaId);
  return orderId;
}

async function booked(): Promise<string> {
  const { tripId, sagaId } = (await send('/v1/trips', tripOf({ customerId }), {})).body;
  await ended(sagaId);
  return tripId;
}

interface Command {
  type: string;
  path: () => Promise<string>;
  body?: () => object;
  other?: object;
  /** The state at the end, and whether the command creates what it is about. */
  state: string;
  status: number;
}
const commands: Command[] = [
  {
    type: 'createOrder',
    path: async () => '/v1/orders',
    body: () => ({ customerId, lines: tokens(1) }),
    other: { lines: tokens(9) },
    state: 'APPROVED',
    status: 201,
  },
  {
    type: 'reviseOrder',
    path: async () => `/v1/orders/${await approved()}/revise`,
    body: () => ({ lines: tokens(3) }),
    other: { lines: tokens(4) },
    state: 'APPROVED',
    status: 200,
  },
  { type: 'cancelOrder', path: async () => `/v1/orders/${await approved()}/cancel`, state: 'CANCELLED', status: 200 },
  {
    type: 'payOrder',
    path: async () => `/v1/orders/${await approved()}/pay`,
    body: () => ({ paymentMethod: 'pm_ok' }),
    other: { paymentMethod: 'pm_slow' },
    state: 'PAID',
    status: 200,
  },
  { type: 'shipOrder', path: async () => `/v1/orders/${await paid()}/ship`, state: 'SHIPPED', status: 200 },
  {
    type: 'bookTrip',
    path: async () => '/v1/trips',
    body: () => tripOf({ customerId }),
    other: { paymentMethod: 'pm_slow' },
    state: 'BOOKED',
    status: 201,
  },
  { type: 'cancelTrip', path: async () => `/v1/trips/${await booked()}/cancel`, state: 'CANCELLED', status: 200 },
];

interface Sent {
  url: string;
  key: Record<string, string>;
  content: object | undefined;
  first: Awaited<ReturnType<typeof send>>;
}

async function sendUnderKey(url: string, content?: object): Promise<Sent> {
  const key = { 'idempotency-key': randomUUID() };
  const first = await send(url, content, key);
  expect(first.status, JSON.stringify(first.body)).toBe(202);
  return { url, key, content, first };
}

/** Participants forget the commands of these sagas, as they do after their retention. */
async function forgetCommands(sagas: Answer[]): Promise<void> {
  for (const name of participantNames) {
    const probe = new ParticipantHarness(name, () => system()[`${name}Url`]);
    await backdate(probe, '2020-01-01T00:00:00Z', ...sagas.map(({ orderId, tripId }) => orderId ?? tripId));
    await trim(probe, '2020-01-02T00:00:00Z');
    const keys = sagas.map(({ sagaId }) => `${sagaId}/%`);
    expect(await probe.rows('select key from command where key like any($1)', keys)).toEqual([]);
  }
}

describe('a command whose saga Temporal has forgotten', () => {
  const sent: Record<string, Sent> = {};
  let rejected: Sent;

  /** All in one go: a deletion takes the server some ten seconds. */
  beforeAll(async () => {
    await setFault({ participant: 'order', operation: 'createOrder', mode: 'error' });
    rejected = await sendUnderKey('/v1/orders', { customerId, lines: tokens(1) });
    expect((await call('POST', `/v1/sagas/${rejected.first.body.sagaId}/abort`)).status).toBe(202);
    await ended(rejected.first.body.sagaId);
    await clearFaults();
    for (const { type, path, body } of commands) sent[type] = await sendUnderKey(await path(), body?.());
    await Promise.all(
      [rejected, ...Object.values(sent)].map(async ({ first: { body } }) => {
        await ended(body.sagaId);
        await forgetRun(client, body.sagaId);
      }),
    );
    await forgetCommands([rejected, ...Object.values(sent)].map(({ first: { body } }) => body));
  }, 300_000);

  it.each(commands)('$type is not run again under its key', async ({ type, other, state, status }) => {
    const { url, key, content, first } = sent[type]!;
    const { sagaId } = first.body;
    const again = await send(url, content, key);
    expect({ ...again.body, links: {} }).toEqual({ ...first.body, links: {} });
    expect([again.status, again.headers.get('location')]).toEqual([202, first.headers.get('location')]);
    const waited = await send(url, content, { ...key, prefer: 'wait=10' });
    expect([waited.status, waited.body.state]).toEqual([status, state]);
    const refusals = await Promise.all((other ? [other] : []).map((changes) => send(url, { ...content, ...changes }, key)));
    const reused = { status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED', detail: expect.stringContaining(sagaId) } };
    for (const refusal of refusals) expect(refusal).toMatchObject(reused);
    expect(await isForgotten(client, sagaId)).toBe(true);
  });

  it('has the first links again, as soon as the saga service has its run', async () => {
    const { url, key, content, first } = sent['createOrder']!;
    const again = await eventually(
      async () => (await send(url, content, key)).body.links,
      (shown) => JSON.stringify(shown) === JSON.stringify(first.body.links),
    );
    expect(again).toEqual(first.body.links);
  });

  it('is refused without its key where the order is in a final state', async () => {
    const { url, key } = sent['shipOrder']!;
    for (const headers of [{}, { 'idempotency-key': randomUUID() }] as Record<string, string>[])
      for (const command of ['ship', 'cancel'])
        expect(await send(url.replace('ship', command), undefined, headers)).toMatchObject({
          status: 409,
          body: { code: 'ORDER_STATE_CONFLICT' },
        });
    expect((await send(url, undefined, key)).status).toBe(202);
  });

  it('is remembered, too, if it was rejected before the order service knew of it', async () => {
    const { url, key, content, first } = rejected;
    const { orderId, sagaId } = first.body;
    expect(await send(url, content, key)).toMatchObject({ status: 202, body: { orderId, sagaId } });
    expect((await send(url, { ...content, lines: tokens(2) }, key)).status).toBe(422);
    expect(await isForgotten(client, sagaId)).toBe(true);
    expect((await order(orderId)).state).toBe('REJECTED');
  });

  it('is undecided while its owner is away: nothing is started', async () => {
    const gateway = await startTestGateway({ ORDER_URL: `http://${unreachableAddress}` });
    const ask = async ({ url, key, content }: Sent) => {
      const headers = { ...key, 'content-type': 'application/json' };
      const answer = await fetch(`${gateway.url}${url}`, { method: 'POST', headers, body: JSON.stringify(content) });
      return [answer.status, await answer.json()];
    };
    try {
      const known = await sendUnderKey('/v1/orders', { customerId, lines: tokens(1) });
      const { orderId, sagaId } = known.first.body;
      expect(await ask(known)).toEqual([202, expect.objectContaining({ orderId, sagaId })]);
      const forgotten = sent['createOrder']!;
      expect(await ask(forgotten)).toEqual([503, expect.objectContaining({ code: 'PARTICIPANT_UNAVAILABLE' })]);
      expect(await isForgotten(client, forgotten.first.body.sagaId)).toBe(true);
    } finally {
      await gateway.close();
    }
  });
});

describe('a command whose run has no memo', () => {
  it('is known by the id of its run', async () => {
    await setFault({ participant: 'order', operation: 'createOrder', mode: 'error' });
    const { url, key, content, first } = await sendUnderKey('/v1/orders', { customerId, lines: tokens(1) });
    const { orderId, sagaId } = first.body;
    await client.workflow.getHandle(sagaId).terminate();
    const options = { workflowId: sagaId, taskQueue: 'nobody-polls-it', args: [] };
    const handle = await client.workflow.start('createOrder', options);
    expect(await send(url, content, key)).toMatchObject({ status: 202, body: { orderId, sagaId } });
    await handle.terminate();
  });
});

describe('the customer of a trip', () => {
  const requestOf = async (sagaId: string) => {
    const { events } = await client.workflow.getHandle(sagaId).fetchHistory();
    const [payload] = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
    return JSON.parse(Buffer.from(payload?.data ?? []).toString()) as { customerVerified?: boolean };
  };

  it('is looked up at the door, so that the saga need not', async () => {
    const { sagaId } = (await send('/v1/trips', tripOf({ customerId }), {})).body;
    const { state, steps } = await ended(sagaId);
    expect(state).toBe('COMPLETED');
    expect(steps.map(({ name }) => name)).not.toContain('check customer');
    expect(await requestOf(sagaId)).toMatchObject({ customerVerified: true });
  });

  it('an unknown customer is charged nothing: the trip fails', async () => {
    const { tripId, sagaId } = (await send('/v1/trips', tripOf({ customerId: 'NOBODY' }), {})).body;
    expect((await ended(sagaId)).state).toBe('COMPENSATED');
    expect(await requestOf(sagaId)).not.toHaveProperty('customerVerified');
    const trip = (await call<Trip>('GET', `/v1/trips/${tripId}`)).body;
    expect(trip).toMatchObject({ state: 'FAILED', failure: { part: 'trip', code: 'CUSTOMER_NOT_FOUND' } });
    expect(await payments(`tripId=${tripId}`)).toEqual([]);
  });
});
