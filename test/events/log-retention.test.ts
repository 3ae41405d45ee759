import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EventLog } from '../../libs/messaging/log/event-log.js';
import { DeadEvents } from '../../libs/messaging/relay/dead-events.js';
import { LogRetention, type LogRetentionOptions } from '../../libs/messaging/relay/log-retention.js';
import { moveOutbox } from '../../libs/messaging/relay/move-outbox.js';
import { outboxPlace } from '../../libs/messaging/relay/outbox-place.js';
import { Outboxes } from '../../libs/messaging/relay/outboxes.js';
import { LogHarness } from './log.harness.js';

const HOUR_MS = 3_600_000;
const NOBODY = '00000000-0000-0000-0000-000000000000';
const logger = pino({ level: 'silent' });

let testLog: LogHarness;
let outboxes: Outboxes;
beforeAll(async () => {
  testLog = await LogHarness.create();
  outboxes = new Outboxes(testLog.log, {});
});
afterAll(() => testLog.drop());

const retention = (options: Partial<LogRetentionOptions> = {}) =>
  new LogRetention({
    database: testLog.log,
    outboxes,
    retentionMs: HOUR_MS,
    broker: undefined,
    sagaFloor: async () => new Date(),
    logger,
    ...options,
  });
const log = () => new EventLog(testLog.admin);
const move = () => moveOutbox(testLog.log, outboxPlace('order'), { batch: 100 });
const positions = async () => (await testLog.all()).map(({ position }) => position);

/** Puts versions of an aggregate into the log, as of two hours ago. @returns their positions. */
async function old(aggregate: string, ...versions: number[]): Promise<number[]> {
  for (const version of versions) await testLog.emit({ aggregate, version });
  await move();
  await testLog.admin.query(`update events.log set passed_at = passed_at - interval '2 hours' where aggregate_id = $1`, [
    aggregate,
  ]);
  return (await testLog.all()).filter(({ aggregateId }) => aggregateId === aggregate).map(({ position }) => position);
}

/** Puts events of as many aggregates into the log, as of two hours ago. */
const manyOld = (count: number) =>
  testLog.admin.query(
    `insert into events.log (event_id, service, type, type_version, aggregate_type, aggregate_id, aggregate_version, subject, occurred_at, passed_at, data)
     select gen_random_uuid(), 'order', 'order.happened', 1, 'thing', 'many-' || nr, 1, 'many', now(), now() - interval '2 hours', '{}'
     from generate_series(1, $1) nr`,
    [count],
  );

const emptied = [
  'hooks.cursor',
  'hooks.recovery',
  'hooks.delivery',
  'saga.inbox_mark',
  'saga.inbox_dead',
  'projection.projection',
  '"order".outbox',
  '"order".outbox_dead',
  'events.cursor',
  'events.log',
  'events.log_head',
  'events.log_gap',
];
beforeEach(async () => {
  for (const name of emptied) await testLog.admin.query(`delete from ${name}`);
  // As of a log whose events are made old by hand.
  await testLog.admin.query('update events.log_floor set passed_at = null');
});

describe('retention of the log', () => {
  it('removes what is older, and nothing younger', async () => {
    await old('removed', 1, 2);
    await testLog.emit({ aggregate: 'kept', version: 1 });
    await move();
    await retention().step();
    expect((await testLog.all()).map(({ aggregateId }) => aggregateId)).toEqual(['kept']);
    expect((await log().read({ after: 0, scan: 1 })).missed).toBe(true);
  });

  it('appends after removed versions, and still refuses a version that is out of order', async () => {
    await old('goes-on', 1, 2);
    await retention().step();
    await testLog.emit({ aggregate: 'goes-on', version: 3 });
    expect(await move()).toMatchObject({ logged: 1, refused: [] });
    await retention({ retentionMs: 1 }).step();
    await testLog.emit({ aggregate: 'goes-on', version: 5 });
    expect((await move()).refused.map(({ reason }) => reason)).toEqual(['VERSION_GAP']);
    await testLog.emit({ aggregate: 'goes-on', version: 4 });
    await move();
    expect(await testLog.versions('goes-on')).toEqual([4, 5]);
    await testLog.emit({ aggregate: 'goes-on', version: 2 });
    expect((await move()).refused.map(({ reason }) => reason)).toEqual(['VERSION_TAKEN']);
  });

  it('removes no more than a batch at a time, and says that there is more', async () => {
    await manyOld(1_500);
    expect(await retention().step()).toBe(true);
    expect(await positions()).toHaveLength(500);
    expect(await retention().step()).toBe(false);
    expect(await positions()).toHaveLength(0);
  });

  it.each<[string, (position: number) => [sql: string, ...values: unknown[]]]>([
    ['the fan-out', (position) => [`insert into hooks.cursor (name, position) values ('fan-out', $1)`, position]],
    [
      'a recovery of a webhook',
      (position) => [
        `insert into hooks.recovery (hook_id, position, to_position, only_missing, created_at) values ('${NOBODY}', $1::bigint, $1::bigint + 9, true, now())`,
        position,
      ],
    ],
    [
      'a delivery that is held',
      (position) => [
        `insert into hooks.delivery (hook_id, event_id, position, type, type_version, state, trigger, next_attempt_at, created_at)
         values ('${NOBODY}', $2, $1::bigint + 1, 'order.happened', 1, 'held', 'auto', now(), now())`,
        position,
        randomUUID(),
      ],
    ],
    ['a consumer', (position) => [`insert into saga.inbox_mark (consumer, position) values ('bridge', $1)`, position]],
    [
      'the snapshot of a read model',
      (position) => [`insert into projection.projection (name, generation, snapshot) values ('list', 1, $1)`, position],
    ],
    ['the broker', (position) => [`insert into events.cursor (name, position) values ('broker:nats', $1)`, position]],
  ])('keeps what %s still has before it', async (_reader, insert) => {
    const [first, second, third] = await old(randomUUID(), 1, 2, 3);
    const [sql, ...values] = insert(first!);
    const client = await testLog.admin.connect();
    await client.query('set session_replication_role = replica'); // a delivery needs no webhook here
    await client.query(sql, values);
    client.release(true);
    await retention({ broker: 'nats' }).step();
    expect(await positions()).toEqual([second, third]);
  });

  it('keeps everything while an event is parked, and what is before a decision goes on', async () => {
    const all = await old('parked', 1, 2);
    const held = (state: string, version: number) =>
      testLog.admin.query(
        `insert into saga.inbox_dead (consumer, occurrence_id, position, type, aggregate_key, aggregate_version, event, state)
         values ('bridge', gen_random_uuid(), 1, 'order.happened', 'order/thing/parked', $2, '{}', $1)`,
        [state, version],
      );
    await testLog.admin.query(`insert into saga.inbox_mark (consumer, position) values ('bridge', $1)`, [all[1]]);
    await held('parked', 3);
    await retention().step();
    expect(await positions()).toEqual(all);
    await held('dead', 2);
    await retention().step();
    expect(await positions()).toEqual([]);
  });

  it('keeps nothing for a consumer that will not run again, nor for a broker that is not the channel', async () => {
    const [first] = await old('abandoned', 1, 2);
    await testLog.admin.query(`insert into saga.inbox_mark (consumer, position, holds_log) values ('bridge', $1, false)`, [
      first,
    ]);
    await testLog.admin.query(`insert into events.cursor (name, position) values ('broker:kafka', $1)`, [first]);
    await retention({ broker: 'nats' }).step();
    expect(await positions()).toEqual([]);
  });

  it('keeps what is younger than the oldest open saga, and everything while nobody knows that', async () => {
    const all = await old('saga', 1);
    await retention({ sagaFloor: async () => new Date(Date.now() - 3 * HOUR_MS) }).step();
    await expect(retention({ sagaFloor: () => Promise.reject(new Error('the saga service is away')) }).step()).rejects.toThrow(
      'away',
    );
    expect(await positions()).toEqual(all);
  });

  it('removes nothing while a reader does not say how far it is', async () => {
    const all = await old('silent', 1);
    await testLog.admin.query('revoke select on hooks.log_reader from roundtrip_events');
    await expect(retention().step()).rejects.toThrow('log_reader of hooks');
    await testLog.admin.query('grant select on hooks.log_reader to roundtrip_events');
    expect(await positions()).toEqual(all);
  });

  it('keeps what an outbox of another database may bring again', async () => {
    const all = await old('elsewhere', 1);
    const elsewhere = new Outboxes(testLog.log, { rail: testLog.adminUrl });
    await testLog.emit({ service: 'rail', aggregate: 'waits', version: 1 });
    await testLog.admin.query(`update rail.outbox set created_at = now() - interval '2 hours'`);
    await retention({ outboxes: elsewhere }).step();
    expect(await positions()).toEqual(all);
    await testLog.admin.query('delete from rail.outbox');
    await retention({ outboxes: elsewhere }).step();
    expect(await positions()).toEqual([]);
    await elsewhere.close();
  });

  /** Says versions 1 to 3 of an aggregate; an operator skips the second. */
  async function sayAndSkip(aggregate: string): Promise<void> {
    for (const version of [1, 2, 3]) await testLog.emit({ aggregate, version, data: version === 2 ? '{"broken":' : '{}' });
    await move();
    const dead = await new DeadEvents(testLog.log, outboxes).list({ service: 'order', state: 'dead', limit: 9 });
    const { id } = dead.find(({ aggregateId }) => aggregateId === aggregate)!;
    expect(await new DeadEvents(testLog.log, outboxes).skip('order', id, 'a note')).toMatchObject({ outcome: 'done' });
  }
  const age = (table: string, column: string, condition: string) =>
    testLog.admin.query(`update ${table} set ${column} = ${column} - interval '2 hours' where ${condition}`);

  it('removes what was skipped after its time, and the aggregate goes on behind it', async () => {
    await sayAndSkip('goes-on');
    await sayAndSkip('waits');
    await testLog.emit({ aggregate: 'waits', version: 4, data: '{"broken":' });
    await testLog.emit({ aggregate: 'last', version: 1, data: '{"broken":' });
    await move();
    const dead = new DeadEvents(testLog.log, outboxes);
    const [last] = (await dead.list({ service: 'order', limit: 9 })).filter(({ aggregateId }) => aggregateId === 'last');
    await dead.skip('order', last!.id, 'a note');
    const kept = async () =>
      (await dead.list({ service: 'order', limit: 9 })).map(({ aggregateId, state }) => `${aggregateId} ${state}`).toSorted();
    const all = ['goes-on skipped', 'last skipped', 'waits dead', 'waits skipped'];
    await retention().step();
    expect(await kept()).toEqual(all);
    await age('"order".outbox_dead', 'decided_at', 'true');
    await retention().step();
    expect(await kept()).toEqual(['waits dead', 'waits skipped']);
    await testLog.emit({ aggregate: 'goes-on', version: 4 });
    await testLog.emit({ aggregate: 'last', version: 2 });
    expect(await move()).toMatchObject({ logged: 2, refused: [] });
  });

  it('removes skipped events and says whether there is more, although one outbox fails', async () => {
    await manyOld(1_000);
    await sayAndSkip('skipped');
    await age('"order".outbox_dead', 'decided_at', 'true');
    const lines: { service?: string; msg: string }[] = [];
    const warned = pino({ level: 'warn' }, { write: (line: string) => void lines.push(JSON.parse(line) as (typeof lines)[0]) });
    const failing = retention({ logger: warned });
    await testLog.admin.query('alter table customer.outbox_dead rename to outbox_gone');
    try {
      expect([await failing.step(), await failing.step()]).toEqual([true, false]);
    } finally {
      await testLog.admin.query('alter table customer.outbox_gone rename to outbox_dead');
    }
    expect((await testLog.admin.query('select from "order".outbox_dead')).rowCount).toBe(0);
    expect(lines).toEqual([expect.objectContaining({ service: 'customer', msg: expect.stringContaining('customer') as string })]);
  });

  it('removes a gap when the log has lost an event behind it, and not before', async () => {
    await sayAndSkip('gap');
    const gaps = () => log().gapsOf({ service: 'order', aggregateType: 'thing', aggregateId: 'gap' });
    await age('events.log', 'passed_at', 'aggregate_version = 1');
    await retention().step();
    expect(await testLog.versions('gap')).toEqual([3]);
    expect(await gaps()).toEqual([{ from: 2, to: 2 }]);
    await age('events.log', 'passed_at', 'true');
    await retention().step();
    expect(await testLog.versions('gap')).toEqual([]);
    expect(await gaps()).toEqual([]);
  });
});
