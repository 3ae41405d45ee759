import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NotificationListener } from '../../libs/database/notification-listener.js';
import { LOG_APPENDED } from '../../libs/messaging/log/log-appended.js';
import { eventually } from '../support/api.js';
import { LogHarness } from './log.harness.js';

let testLog: LogHarness;
beforeAll(async () => {
  testLog = await LogHarness.create({ outboxNotify: 'on' });
});
afterAll(() => testLog.drop());

const arrives = (log: LogHarness, aggregate: string, versions: number) =>
  eventually(
    () => log.versions(aggregate),
    (logged) => logged.length === versions,
  );

describe('the relay', () => {
  it('continues when every connection to its database is cut, again and again', async () => {
    const relay = await testLog.relay();
    const aggregate = randomUUID();
    for (let version = 1; version <= 5; version++) {
      await testLog.admin.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()`,
        [testLog.name],
      );
      await eventually(
        () => testLog.emit({ aggregate, version }),
        () => true,
      );
      await arrives(testLog, aggregate, version);
    }
    expect(await testLog.versions(aggregate)).toEqual([1, 2, 3, 4, 5]);
    await relay.ready();
    expect(await relay.kill('SIGTERM')).toBe('SIGTERM'); // Nest raises it again when all is closed
  });

  it('moves the events of other services while one outbox is locked', async () => {
    const relay = await testLog.relay();
    const [locked, free] = [randomUUID(), randomUUID()];
    const client = await testLog.admin.connect();
    await client.query('begin; lock table car.outbox in access exclusive mode');
    try {
      await testLog.emit({ service: 'car', aggregate: locked, version: 1 }, client);
      for (let version = 1; version <= 3; version++) {
        await testLog.emit({ aggregate: free, version });
        await arrives(testLog, free, version);
      }
      await eventually(
        async () => (await relay.metric('relay_failures_total', 'car')) ?? 0,
        (failures) => failures > 0,
      );
      expect(await relay.metric('outbox_reachable', 'car')).toBe(0);
      await relay.ready();
    } finally {
      await client.query('commit');
      client.release();
    }
    await arrives(testLog, locked, 1);
    await relay.kill('SIGKILL');
  });

  it('says that it is not ready while its database is away', async () => {
    const relay = await testLog.relay();
    await testLog.admin.query(`alter role roundtrip_events connection limit 0`);
    try {
      await testLog.admin.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and usename = 'roundtrip_events'`,
        [testLog.name],
      );
      const status = await eventually(
        async () => (await fetch(`${relay.url}/readyz`)).status,
        (answered) => answered === 503,
      );
      expect(status).toBe(503);
    } finally {
      await testLog.admin.query(`alter role roundtrip_events connection limit -1`);
    }
    await relay.ready();
    const aggregate = randomUUID();
    await testLog.emit({ aggregate, version: 1 });
    await arrives(testLog, aggregate, 1);
    await relay.kill('SIGKILL');
  });

  it('continues with the events written while none ran, and finishes its batch on SIGTERM', async () => {
    const aggregate = randomUUID();
    for (let version = 1; version <= 250; version++) await testLog.emit({ aggregate, version });
    const relay = await testLog.relay();
    expect(await relay.kill('SIGTERM')).toBe('SIGTERM'); // Nest raises it again when all is closed
    const moved = await testLog.versions(aggregate);
    expect(moved.length + (await testLog.outboxRows())).toBe(250);
    await testLog.relay();
    await arrives(testLog, aggregate, 250);
    expect(await testLog.versions(aggregate)).toEqual(Array.from({ length: 250 }, (_, i) => i + 1));
  });
});

describe('NOTIFY of the log', () => {
  it('notifies readers of a batch once it is committed', async () => {
    const quiet = await LogHarness.create(); // where no relay runs yet
    const aggregate = randomUUID();
    const seen: Promise<number[]>[] = [];
    const listener = new NotificationListener({ connectionString: quiet.adminUrl }, LOG_APPENDED, () =>
      seen.push(quiet.versions(aggregate)),
    );
    listener.start();
    await eventually(
      async () => seen.length,
      (length) => length === 1, // that it listens now
    );
    expect(listener.listening).toBe(true);
    for (const version of [1, 2, 3]) await quiet.emit({ aggregate, version });
    const relay = await quiet.relay();
    await eventually(
      async () => (await Promise.all(seen)).at(-1)!.length,
      (length) => length === 3,
    );
    expect(seen).toHaveLength(2); // one for all three
    await relay.kill('SIGTERM');
    await listener.stop();
    await quiet.drop();
  });
});

describe('NOTIFY of the outboxes', () => {
  it('is sent at the commit, and not before', async () => {
    const hints: number[] = [];
    const listener = new NotificationListener({ connectionString: testLog.adminUrl }, 'outbox', () => hints.push(hints.length));
    listener.start();
    await eventually(
      async () => hints.length,
      (length) => length === 1, // that it listens now
    );
    const client = await testLog.admin.connect();
    await client.query('begin');
    await testLog.emit({ aggregate: randomUUID(), version: 1 }, client);
    await testLog.admin.query(`select pg_notify('outbox', '')`); // would be the second one if the first had been sent already
    await eventually(
      async () => hints.length,
      (length) => length === 2,
    );
    await client.query('commit');
    client.release();
    const hintCount = await eventually(
      async () => hints.length,
      (length) => length >= 3,
    );
    expect(hintCount).toBe(3);
    await listener.stop();
  });

  it('can be off: no notification is sent, and every event arrives', async () => {
    const quiet = await LogHarness.create();
    const listening = new pg.Client({ connectionString: quiet.adminUrl });
    await listening.connect();
    try {
      const notifications: string[] = [];
      listening.on('notification', ({ channel }) => notifications.push(channel));
      await listening.query('listen outbox');
      const relay = await quiet.relay({ OUTBOX_NOTIFY: 'off' });
      const aggregate = randomUUID();
      for (let version = 1; version <= 5; version++) {
        await quiet.emit({ aggregate, version });
        await arrives(quiet, aggregate, version);
      }
      await listening.query('select 1');
      expect(notifications).toEqual([]);
      await relay.kill('SIGKILL');
    } finally {
      await listening.end();
      await quiet.drop();
    }
  });
});
