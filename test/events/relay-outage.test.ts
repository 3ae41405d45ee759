import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NotificationListener } from '../../libs/database/notification-listener.js';
import { LOG_APPENDED } from '../../libs/messaging/log/log-appended.js';
import { eventually } from '../support/api.js';
import { OwnLog } from './log.harness.js';

let own: OwnLog;
beforeAll(async () => {
  own = await OwnLog.create({ outboxNotify: 'on' });
});
afterAll(() => own.drop());

const arrives = (log: OwnLog, aggregate: string, versions: number) =>
  eventually(
    () => log.versions(aggregate),
    (logged) => logged.length === versions,
  );

describe('the relay', () => {
  it('goes on when every connection to its database is cut, again and again', async () => {
    const relay = await own.relay();
    const aggregate = randomUUID();
    for (let version = 1; version <= 5; version++) {
      await own.admin.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()`,
        [own.name],
      );
      await eventually(
        () => own.say({ aggregate, version }),
        () => true,
      );
      await arrives(own, aggregate, version);
    }
    expect(await own.versions(aggregate)).toEqual([1, 2, 3, 4, 5]);
    await relay.ready();
    expect(await relay.kill('SIGTERM')).toBe('SIGTERM'); // Nest raises it again when all is closed
  });

  it('carries what the others say while the outbox of one is locked', async () => {
    const relay = await own.relay();
    const [locked, free] = [randomUUID(), randomUUID()];
    const client = await own.admin.connect();
    await client.query('begin; lock table car.outbox in access exclusive mode');
    try {
      await own.say({ service: 'car', aggregate: locked, version: 1 }, client);
      for (let version = 1; version <= 3; version++) {
        await own.say({ aggregate: free, version });
        await arrives(own, free, version);
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
    await arrives(own, locked, 1);
    await relay.kill('SIGKILL');
  });

  it('says that it is not ready while its database is away', async () => {
    const relay = await own.relay();
    await own.admin.query(`alter role roundtrip_events connection limit 0`);
    try {
      await own.admin.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and usename = 'roundtrip_events'`,
        [own.name],
      );
      const status = await eventually(
        async () => (await fetch(`${relay.url}/readyz`)).status,
        (answered) => answered === 503,
      );
      expect(status).toBe(503);
    } finally {
      await own.admin.query(`alter role roundtrip_events connection limit -1`);
    }
    await relay.ready();
    const aggregate = randomUUID();
    await own.say({ aggregate, version: 1 });
    await arrives(own, aggregate, 1);
    await relay.kill('SIGKILL');
  });

  it('carries on what was said while none ran, and finishes its batch when it is told to stop', async () => {
    const aggregate = randomUUID();
    for (let version = 1; version <= 250; version++) await own.say({ aggregate, version });
    const relay = await own.relay();
    expect(await relay.kill('SIGTERM')).toBe('SIGTERM'); // Nest raises it again when all is closed
    const moved = await own.versions(aggregate);
    expect(moved.length + (await own.outboxRows())).toBe(250);
    await own.relay();
    await arrives(own, aggregate, 250);
    expect(await own.versions(aggregate)).toEqual(Array.from({ length: 250 }, (_, i) => i + 1));
  });
});

describe('NOTIFY of the log', () => {
  it('tells whoever follows it of a batch, once it is committed', async () => {
    const quiet = await OwnLog.create(); // where no relay runs yet
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
    for (const version of [1, 2, 3]) await quiet.say({ aggregate, version });
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
  it('tells of a commit, and not before it', async () => {
    const hints: number[] = [];
    const listener = new NotificationListener({ connectionString: own.adminUrl }, 'outbox', () => hints.push(hints.length));
    listener.start();
    await eventually(
      async () => hints.length,
      (length) => length === 1, // that it listens now
    );
    const client = await own.admin.connect();
    await client.query('begin');
    await own.say({ aggregate: randomUUID(), version: 1 }, client);
    await own.admin.query(`select pg_notify('outbox', '')`); // would come after the other one, had that been told already
    await eventually(
      async () => hints.length,
      (length) => length === 2,
    );
    await client.query('commit');
    client.release();
    const heard = await eventually(
      async () => hints.length,
      (length) => length >= 3,
    );
    expect(heard).toBe(3);
    await listener.stop();
  });

  it('can be off: nothing is told, and everything arrives all the same', async () => {
    const quiet = await OwnLog.create();
    const listening = new pg.Client({ connectionString: quiet.adminUrl });
    await listening.connect();
    try {
      const told: string[] = [];
      listening.on('notification', ({ channel }) => told.push(channel));
      await listening.query('listen outbox');
      const relay = await quiet.relay({ OUTBOX_NOTIFY: 'off' });
      const aggregate = randomUUID();
      for (let version = 1; version <= 5; version++) {
        await quiet.say({ aggregate, version });
        await arrives(quiet, aggregate, version);
      }
      await listening.query('select 1');
      expect(told).toEqual([]);
      await relay.kill('SIGKILL');
    } finally {
      await listening.end();
      await quiet.drop();
    }
  });
});
