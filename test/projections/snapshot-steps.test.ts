import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { customerOrders } from '../../apps/projection/customer-orders.projection.js';
import type { Projection } from '../../apps/projection/projection.js';
import { ProjectionGenerations } from '../../apps/projection/projection-generations.js';
import { ProjectionSnapshot } from '../../apps/projection/projection-snapshot.js';
import { sagaList } from '../../apps/projection/saga-list.projection.js';
import { servicePool } from '../../libs/database/service-pool.js';
import type { LoggedEvent } from '../../libs/messaging/event/logged-event.js';
import { Inbox } from '../../libs/messaging/inbox/inbox.js';
import { EventLog } from '../../libs/messaging/log/event-log.js';
import { LogHarness } from '../events/log.harness.js';

let testLog: LogHarness;
let database: pg.Pool;
beforeAll(async () => {
  testLog = await LogHarness.create();
  database = servicePool(testLog.urlOf('projection'), 'projection', 4);
});
afterAll(async () => {
  await database.end();
  await testLog.drop();
});

it('a copy of the snapshot ends when its process is to stop, and goes on in the next one', async () => {
  const generations = new ProjectionGenerations(database, customerOrders);
  await generations.current();
  await database.query(
    `insert into customer_order (generation, order_id, customer_id, state, lines, total, saga_id, created_at, updated_at)
     select 0, n::text, 'CUST-1', 'PENDING', '[]', '{}', n::text, now(), now() from generate_series(1, 10) n`,
  );
  const building = await generations.begin();
  const copied = async () => (await database.query('select from customer_order where generation = $1', [building])).rowCount;
  expect(await generations.seed(building, AbortSignal.abort())).toBe(false);
  expect([await copied(), (await generations.current()).seeded]).toEqual([0, false]);
  expect(await generations.seed(building, new AbortController().signal)).toBe(true);
  expect([await copied(), (await generations.current()).seeded]).toEqual([10, true]);
});

/** Puts an event of a saga into the log. */
async function say(type: string, sagaId: string, version: number, state: string): Promise<LoggedEvent> {
  const startedAt = new Date().toISOString();
  const data = { sagaId, runId: 'run', type: 'createOrder', state, businessId: sagaId, customerId: null, startedAt };
  const eventId = randomUUID();
  await testLog.admin.query(
    `insert into events.log (event_id, service, type, type_version, aggregate_type, aggregate_id, aggregate_version, subject, occurred_at, data)
     values ($1, 'saga', $2, 1, 'saga', $3, $4, $3, now(), $5)`,
    [eventId, type, sagaId, version, JSON.stringify(data)],
  );
  return (await new EventLog(testLog.admin).find(eventId))!;
}

it('a snapshot goes on behind an event that nobody can apply, if the read model has a later one in its place', async () => {
  const picky: Projection = {
    ...sagaList,
    consumers: (generation) =>
      sagaList.consumers(generation).map((consumer) => ({
        ...consumer,
        handle: async (event, tx) => {
          if (event.type === 'saga.started') throw new Error('poison');
          await consumer.handle(event, tx);
        },
      })),
  };
  const generations = new ProjectionGenerations(database, picky);
  await generations.current();
  const live = picky.consumers(1);
  const inbox = new Inbox({ database, history: new EventLog(database) });
  await inbox.begin(live[0]!, 'beginning');
  const first = await say('saga.started', 'overtaken', 1, 'RUNNING');
  const second = await say('saga.waiting', 'overtaken', 2, 'WAITING');
  expect(await inbox.receive(live[0]!, second)).toBe('applied');
  expect(await inbox.receive(live[0]!, first)).toBe('stale');

  const snapshot = new ProjectionSnapshot(database, picky);
  while (await snapshot.advance(live, second.position));
  expect((await generations.current()).snapshot).toBe(second.position);
  const { rows } = await database.query('select saga_id, state from saga where generation = 0');
  expect(rows).toEqual([{ saga_id: 'overtaken', state: 'WAITING' }]);

  const alone = await say('saga.started', 'alone', 1, 'RUNNING');
  await expect(snapshot.advance(live, alone.position), 'nothing says the same later').rejects.toThrow('poison');
});
