import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeadEvent } from '../../contracts/event/dead-event.resource.js';
import type { Page } from '../../contracts/values/page.js';
import { CuttingProxy } from '../support/cutting-proxy.harness.js';
import { eventually } from '../support/api.js';
import { whileNothingIsRelayed } from '../support/relay.js';
import { LogHarness } from './log.harness.js';

// Two databases of one server: for PostgreSQL as far apart as two servers, as no transaction spans them.
let testLog: LogHarness;
let other: LogHarness;
beforeAll(async () => {
  [testLog, other] = [await LogHarness.create(), await LogHarness.create()];
});
afterAll(() => Promise.all([testLog.drop(), other.drop()]));

const relay = () => testLog.relay({ OUTBOX_DATABASE_URLS: `car=${other.adminUrl}` });
const emptied = () =>
  eventually(
    () => other.outboxRows('car'),
    (rows) => rows === 0,
  );

describe('an outbox in another database', () => {
  it('is emptied into the log in order, each fact once, while relays die between the two databases', async () => {
    const aggregates = Array.from({ length: 5 }, () => randomUUID());
    const said: string[] = [];
    const relays = [await relay(), await relay()];
    for (let version = 1; version <= 60; version++) {
      for (const aggregate of aggregates) said.push(await other.emit({ service: 'car', aggregate, version }));
      if (version % 20 === 0) {
        await relays.shift()!.kill('SIGKILL');
        relays.push(await relay());
      }
    }
    await emptied();
    const logged = (await testLog.all()).filter(({ service }) => service === 'car');
    expect(logged.map(({ eventId }) => eventId).toSorted()).toEqual(said.toSorted());
    for (const aggregate of aggregates)
      expect(await testLog.versions(aggregate)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
    await Promise.all(relays.map((one) => one.kill('SIGKILL')));
  });

  it('keeps each fact until the log has it', async () => {
    const aggregate = randomUUID();
    const one = await relay();
    await whileNothingIsRelayed(async () => {
      await other.emit({ service: 'car', aggregate, version: 1 });
      await eventually(
        async () => {
          const { rowCount } = await testLog.admin.query(
            `select from pg_stat_activity where datname = $1 and wait_event_type = 'Lock' and wait_event = 'advisory'`,
            [testLog.name],
          );
          return rowCount;
        },
        (waiting) => waiting! > 0,
      );
      expect(await other.outboxRows('car')).toBe(1);
      await one.kill('SIGKILL');
    }, testLog.adminUrl);
    const next = await relay();
    await emptied();
    expect(await testLog.versions(aggregate)).toEqual([1]);
    await next.kill('SIGKILL');
  });

  it('delays no other outbox when its server falls silent, and is emptied when the server answers again', async () => {
    const proxy = await CuttingProxy.before(other.adminUrl);
    const throughProxy = new URL(other.adminUrl);
    throughProxy.host = new URL(proxy.url).host;
    const one = await testLog.relay({ OUTBOX_DATABASE_URLS: `car=${throughProxy.href}`, OUTBOX_NOTIFY: 'off' });
    const [there, here] = [randomUUID(), randomUUID()];
    try {
      await other.emit({ service: 'car', aggregate: there, version: 1 });
      await emptied();
      proxy.silent = true;
      await other.emit({ service: 'car', aggregate: there, version: 2 });
      await eventually(
        async () => (await one.metric('relay_failures_total', 'car')) ?? 0,
        (failures) => failures > 0,
      );
      await testLog.emit({ aggregate: here, version: 1 });
      await eventually(
        () => testLog.versions(here),
        (versions) => versions.length === 1,
      );
    } finally {
      proxy.silent = false;
    }
    await emptied();
    expect(await testLog.versions(there)).toEqual([1, 2]);
    await one.kill('SIGKILL');
    proxy.close();
  });

  it('may bring a fact again that is in the log already: it is known by its id', async () => {
    const aggregate = randomUUID();
    const one = await relay();
    await other.emit({ service: 'car', aggregate, version: 1 });
    await emptied();
    // As if the relay had died after the log's commit and before the outbox was emptied.
    const [event] = (await testLog.all()).filter(({ aggregateId }) => aggregateId === aggregate);
    await other.admin.query(
      `insert into car.outbox (event_id, type, type_version, aggregate_type, aggregate_id, aggregate_version, subject, occurred_at, data)
       values ($1, $2, 1, 'thing', $3, 1, $3, $4::timestamptz, '{}')`,
      [
        event!.eventId,
        'car.happened',
        aggregate,
        (await testLog.admin.query(`select occurred_at::text as at from events.log where event_id = $1`, [event!.eventId]))
          .rows[0].at,
      ],
    );
    await other.emit({ service: 'car', aggregate, version: 2 });
    await emptied();
    expect(await testLog.versions(aggregate)).toEqual([1, 2]);
    expect((await other.admin.query('select from car.outbox_dead')).rowCount).toBe(0);
    expect(await one.metric('relay_duplicates_total', 'car')).toBeGreaterThan(0);
    await one.kill('SIGKILL');
  });

  it('keeps its dead rows itself, and they can be replayed and skipped', async () => {
    const [mended, skipped] = [randomUUID(), randomUUID()];
    const one = await relay();
    for (const aggregate of [mended, skipped]) {
      await other.emit({ service: 'car', aggregate, version: 1, data: 'nonsense' });
      await other.emit({ service: 'car', aggregate, version: 2 });
    }
    await emptied();
    const { items } = await one.get<Page<DeadEvent>>('/dead-events?service=car');
    expect(items.map(({ state }) => state)).toEqual(['dead', 'parked', 'dead', 'parked']);
    await other.admin.query(`update car.outbox_dead set data = '{}' where id = $1`, [items[0]!.id]);
    expect(await one.post(`/dead-events/car/${items[0]!.id}/replay`, {})).toEqual({ status: 200, body: { released: 1 } });
    expect(await one.post(`/dead-events/car/${items[2]!.id}/skip`, { note: 'nobody needs it' })).toEqual({
      status: 200,
      body: { released: 1 },
    });
    expect(await testLog.versions(mended)).toEqual([1, 2]);
    expect(await testLog.versions(skipped)).toEqual([2]);
    await one.kill('SIGKILL');
  });

  it('delays no other outbox while its database is unavailable, and is emptied when it is back', async () => {
    const aggregate = randomUUID();
    const one = await relay();
    await testLog.admin.query(`alter database ${other.name} allow_connections false`);
    await testLog.admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [other.name]);
    for (let version = 1; version <= 3; version++) {
      await testLog.emit({ aggregate, version });
      await eventually(
        () => testLog.versions(aggregate),
        (versions) => versions.length === version,
      );
      await delay(1);
    }
    expect(await one.metric('outbox_reachable', 'car')).toBe(0);
    expect(await one.metric('outbox_reachable', 'order')).toBe(1);
    await testLog.admin.query(`alter database ${other.name} allow_connections true`);
    const event = randomUUID();
    await eventually(
      () => other.emit({ service: 'car', aggregate: event, version: 1 }),
      () => true,
    );
    await emptied();
    expect(await testLog.versions(event)).toEqual([1]);
    await one.kill('SIGKILL');
  });
});
