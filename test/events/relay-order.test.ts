import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventLog } from '../../libs/messaging/log/event-log.js';
import type { LoggedEvent } from '../../libs/messaging/event/logged-event.js';
import { tryMoveBatch } from '../../libs/messaging/relay/append-rows.js';
import { inLogTransaction } from '../../libs/messaging/relay/log-transaction.js';
import { moveOutbox } from '../../libs/messaging/relay/move-outbox.js';
import { outboxPlace } from '../../libs/messaging/relay/outbox-place.js';
import { eventually } from '../support/api.js';
import { system } from '../support/system.js';
import { LogHarness, type RelayProcess } from './log.harness.js';

let testLog: LogHarness;
beforeAll(async () => {
  testLog = await LogHarness.create();
  for (const service of ['order', 'hotel'])
    await testLog.admin.query(`create table "${service}".tally (id text primary key, version int not null)`);
});
afterAll(() => testLog.drop());

const move = () => moveOutbox(testLog.log, outboxPlace('order'), { batch: 200 });

/** Runs `use` in a transaction that the test itself ends. */
async function transaction(): Promise<{ client: pg.PoolClient; end: (how: 'commit' | 'rollback') => Promise<void> }> {
  const client = await testLog.admin.connect();
  await client.query('begin');
  return {
    client,
    end: async (how) => {
      await client.query(how);
      client.release();
    },
  };
}

/** Raises an aggregate's version under its row's lock and says so, as participants do. */
async function change(client: pg.ClientBase, service: string, aggregate: string): Promise<string> {
  const { rows } = await client.query<{ version: number }>(
    `insert into "${service}".tally values ($1, 1) on conflict (id) do update set version = tally.version + 1 returning version`,
    [aggregate],
  );
  return testLog.emit({ service, aggregate, version: rows[0]!.version }, client);
}

describe('the order of the log', () => {
  it('has a late commit behind the earlier commits, so that a reader by cursor finds it', async () => {
    const slow = await transaction();
    const late = await testLog.emit({ aggregate: randomUUID(), version: 1 }, slow.client);
    const early = await testLog.emit({ aggregate: randomUUID(), version: 1 });
    await move();
    const reader = new EventLog(testLog.admin);
    const cursor = await reader.head();
    expect((await reader.find(early))?.position).toBe(cursor);
    await slow.end('commit');
    await move();
    const { events } = await reader.read({ after: cursor, scan: 100 });
    expect(events.map(({ eventId }) => eventId)).toEqual([late]);
  });

  it('has the versions of an aggregate in order although the transaction of the second began first', async () => {
    const aggregate = randomUUID();
    const first = await transaction();
    await change(first.client, 'order', randomUUID()); // takes its transaction id before the other one does
    const second = await transaction();
    await change(second.client, 'order', aggregate);
    await second.end('commit');
    await change(first.client, 'order', aggregate);
    await first.end('commit');
    await move();
    expect(await testLog.versions(aggregate)).toEqual([1, 2]);
  });

  it('is not delayed by an open transaction in another database of the server', async () => {
    const elsewhere = new pg.Client({ connectionString: system().databaseAdminUrl });
    await elsewhere.connect();
    try {
      await elsewhere.query('begin; create temporary table left_open ()');
      const event = await testLog.emit({ aggregate: randomUUID(), version: 1 });
      await move();
      expect(await new EventLog(testLog.admin).find(event)).toBeDefined();
    } finally {
      await elsewhere.end();
    }
  });

  it('gives no position away while an earlier one is uncommitted, so that no reader can pass it by', async () => {
    const reader = new EventLog(testLog.admin);
    const before = await reader.head();
    const first = await testLog.emit({ aggregate: randomUUID(), version: 1 });
    const second = await testLog.emit({ service: 'hotel', aggregate: randomUUID(), version: 1 });
    let over = false;
    const other = await inLogTransaction(testLog.log, async (client) => {
      await tryMoveBatch(client, outboxPlace('order'), 200);
      const other = moveOutbox(testLog.log, outboxPlace('hotel'), { batch: 200 }).finally(() => (over = true));
      const waiting = `select from pg_locks l join pg_database d on d.oid = l.database where d.datname = $1 and l.locktype = 'advisory' and not l.granted`;
      await eventually(
        async () => over || (await testLog.admin.query(waiting, [testLog.name])).rowCount === 1,
        (settled) => settled,
      );
      expect(await reader.head()).toBe(before);
      return { done: other };
    });
    await other.done;
    const { events } = await reader.read({ after: before, scan: 100 });
    expect(events.map(({ eventId }) => eventId)).toEqual([first, second]);
  });

  it('takes a batch in the order in which the outbox has it, and leaves the rest for the next', async () => {
    const aggregate = randomUUID();
    for (let version = 1; version <= 7; version++) await testLog.emit({ aggregate, version });
    const taken = [];
    for (;;) {
      const moved = await moveOutbox(testLog.log, outboxPlace('order'), { batch: 3 });
      if (moved.taken === 0) break;
      taken.push(moved.logged);
    }
    expect(taken).toEqual([3, 3, 1]);
    expect(await testLog.versions(aggregate)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });
});

describe('relays that die at any moment', () => {
  it('lose, repeat and reorder nothing, with eight writers and a reader at the same time', async () => {
    const WRITERS = 8;
    const AT_LEAST = 150;
    const KILLED = 3;
    const aggregates = Array.from({ length: 40 }, () => randomUUID());
    const from = await new EventLog(testLog.admin).head();
    const committed: string[] = [];

    const phase = { writing: true, killed: 0 };
    const writer = async () => {
      for (let n = 0; n < AT_LEAST || phase.killed < KILLED; n++) {
        const service = randomInt(2) ? 'order' : 'hotel';
        const one = await transaction();
        try {
          const said = [];
          // Some write something else before they touch the aggregate, some say two things at once.
          if (randomInt(3) === 0) await one.client.query(`insert into "${service}".tally values ($1, 1)`, [randomUUID()]);
          for (let i = 0; i <= randomInt(2); i++) {
            said.push(await change(one.client, service, aggregates[randomInt(aggregates.length)]!));
            if (randomInt(4) === 0) await delay(randomInt(5));
          }
          if (randomInt(5) === 0) await one.end('rollback');
          else {
            await one.end('commit');
            committed.push(...said);
          }
        } catch (error) {
          await one.end('rollback'); // two that change two aggregates may be in each other's way
          if ((error as { code?: string }).code !== '40P01') throw error;
        }
      }
    };

    const seen: LoggedEvent[] = [];
    let cursor = from;
    const reader = new EventLog(testLog.admin);
    const read = async () => {
      const page = await reader.read({ after: cursor, scan: 50 });
      seen.push(...page.events);
      cursor = page.scannedTo;
      return page.events.length;
    };
    const tail = async () => {
      while (phase.writing) if ((await read()) === 0) await delay(5);
    };

    // Started before the writing, as a process takes longer to start than all of it to be moved; the last one goes on.
    const relays: RelayProcess[] = await Promise.all(Array.from({ length: KILLED + 1 }, () => testLog.relay()));
    const killer = async () => {
      while (phase.killed < KILLED) {
        await delay(randomInt(50, 400));
        const [victim] = relays.splice(randomInt(relays.length), 1);
        expect(await victim!.kill('SIGKILL')).toBe('SIGKILL');
        phase.killed += 1;
      }
    };

    const others = [tail(), killer()];
    await Promise.all(Array.from({ length: WRITERS }, writer));
    await eventually(
      async () => (await testLog.outboxRows('order')) + (await testLog.outboxRows('hotel')),
      (rows) => rows === 0,
    );
    phase.writing = false;
    await Promise.all(others);
    while ((await read()) > 0);

    expect(phase.killed).toBe(KILLED);
    const logged = (await testLog.all()).filter(({ position }) => position > from);
    expect(logged.map(({ eventId }) => eventId).toSorted()).toEqual(committed.toSorted());
    expect(seen.map(({ position }) => position)).toEqual(logged.map(({ position }) => position));
    const lines: Record<string, number[]> = {};
    for (const { service, aggregateId, aggregateVersion } of logged)
      (lines[`${service} ${aggregateId}`] ??= []).push(aggregateVersion);
    expect(Object.keys(lines).length).toBeGreaterThan(40);
    for (const [line, versions] of Object.entries(lines)) expect(versions, line).toEqual(versions.map((_, i) => i + 1));
    const { rows } = await testLog.admin.query('select from "order".outbox_dead union all select from hotel.outbox_dead');
    expect(rows).toEqual([]);
  }, 300_000);
});
