import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeadEvent } from '../../contracts/event/dead-event.resource.js';
import type { Page } from '../../contracts/values/page.js';
import { LogHarness, type RelayProcess } from '../events/log.harness.js';
import { approvedOrder, ProjectionHarness, registered, type Stated } from './projection.harness.js';

const CUSTOMER = 'CUST-1';

let testLog: LogHarness;
let relay: RelayProcess;
let projection: ProjectionHarness;
beforeAll(async () => {
  testLog = await LogHarness.create();
  [relay, projection] = await Promise.all([testLog.relay(), ProjectionHarness.start({ testLog, fetchAfterMs: 200 })]);
  await projection.state(registered(CUSTOMER));
});
afterAll(() => projection.drop());

/** Writes a fact of an order into the outbox. @param data what it says, unless it is to say something else. */
const emit = ({ type, aggregateId, version, data }: Stated, text = JSON.stringify(data)) =>
  testLog.emit({ type, aggregateType: 'order', aggregate: aggregateId, version, data: text });

/** An order as a client sees it. */
const stateOf = async (orderId: string): Promise<string | undefined> => {
  const answer = await fetch(`${projection.url}/customers/${CUSTOMER}/orders?limit=200`);
  const { items } = (await answer.json()) as Page<{ orderId: string; state: string }>;
  return items.find((order) => order.orderId === orderId)?.state;
};
const shows = (orderId: string, state: string) => expect.poll(() => stateOf(orderId), { timeout: 30_000 }).toBe(state);

/** The dead event of an order, once there is one. */
async function deadOf(orderId: string): Promise<DeadEvent> {
  const find = async () =>
    (await relay.get<Page<DeadEvent>>('/dead-events?state=dead&limit=200')).items.find(
      ({ aggregateId }) => aggregateId === orderId,
    );
  await expect.poll(find, { timeout: 30_000 }).toBeDefined();
  return (await find())!;
}

/** An order that is placed, approved and cancelled. */
function cancelledOrder(): [placed: Stated, approved: Stated, cancelled: Stated] {
  const [placed, approved] = approvedOrder(CUSTOMER) as [Stated, Stated];
  const { aggregateId } = placed;
  return [placed, approved, { type: 'order.cancelled', aggregateId, version: 3, data: { ...placed.data, sagaId: randomUUID() } }];
}

const decisions: [name: string, reached: (facts: ReturnType<typeof cancelledOrder>) => Promise<unknown>][] = [
  [
    'an event that an operator has skipped',
    async ([placed, approved, cancelled]) => {
      await emit(placed);
      await emit(approved, '{"broken":');
      await emit(cancelled);
      const { id } = await deadOf(placed.aggregateId);
      return relay.post(`/dead-events/order/${id}/skip`, { note: 'written by hand, wrongly' });
    },
  ],
  [
    'versions that an operator has given up',
    async ([placed, , cancelled]) => {
      await emit(placed);
      await emit(cancelled);
      const { id } = await deadOf(placed.aggregateId);
      return relay.post(`/dead-events/order/${id}/replay`, { acceptGap: true });
    },
  ],
];

describe.each(decisions)('customer-orders continues behind %s', (_name, decide) => {
  it('for the order itself and for every other, and again in a rebuild', async () => {
    const facts = cancelledOrder();
    const [{ aggregateId: orderId }] = facts;
    expect(await decide(facts)).toMatchObject({ status: 200 });
    await shows(orderId, 'CANCELLED');
    const other = cancelledOrder();
    for (const fact of other) await emit(fact);
    await shows(other[0].aggregateId, 'CANCELLED');

    const runner = projection.runner('customer-orders');
    const generation = await runner.rebuild();
    await expect.poll(async () => (await runner.state()).generation, { timeout: 30_000 }).toBe(generation);
    expect(await stateOf(orderId)).toBe('CANCELLED');
    expect(await stateOf(other[0].aggregateId)).toBe('CANCELLED');
    expect((await runner.state()).behindEvents).toBe(0);
  });
});
