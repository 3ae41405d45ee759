import { Client, Connection } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type pg from 'pg';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ObservedSaga } from '../../apps/saga/observed-saga.js';
import { EndedSagaTrimmer } from '../../apps/saga/retention/ended-saga-trimmer.js';
import { Floor } from '../../apps/saga/retention/floor.js';
import { RetentionSweep } from '../../apps/saga/retention/retention-sweep.js';
import { SagaRegister } from '../../apps/saga/saga-register.js';
import { participantNames } from '../../contracts/participant/participants.js';
import type { CommandFloor } from '../../contracts/participant/retention.resource.js';
import { servicePool } from '../../libs/database/service-pool.js';
import { serviceUrl } from '../../libs/database/service-url.js';
import { ServiceApi } from '../../libs/service-client/service-api.js';
import { LogHarness } from '../events/log.harness.js';
import { ParticipantHarness } from '../services/participant.harness.js';
import { backdate, trim } from '../services/trimming.harness.js';
import { clearFaults, ended, eventually, setFault } from '../support/api.js';
import { system } from '../support/system.js';
import { bookTrip, plentifulTrip, reservationsOf } from '../support/trips.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const log = pino({ level: 'silent' });
const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();
let connection: Connection;
let client: Client;
let testLog: LogHarness;
let sagas: pg.Pool;

beforeAll(async () => {
  connection = await Connection.connect({ address: system().temporalAddress });
  client = new Client({ connection });
  testLog = await LogHarness.create();
  sagas = servicePool(testLog.urlOf('saga'), 'saga', 3);
});
afterAll(async () => {
  await sagas.end();
  await Promise.all([testLog.drop(), connection.close()]);
});
afterEach(clearFaults);

interface Row {
  startedAt: string;
  endedAt?: string;
  state?: string;
  lost?: 'LOST' | 'SUSPECTED';
  stepsDueAt?: string;
}
/** A saga as the register has it, with the steps of its run. */
async function saga({ startedAt, endedAt, state = 'COMPLETED', lost, stepsDueAt }: Row): Promise<string> {
  const sagaId = `create-order:${randomUUID()}`;
  await sagas.query(
    `insert into saga (saga_id, run_id, run_started_at, started_at, type, state, open, business_id, version, ended_at, recorded_state, lost,
                       steps_due_at, updated_at)
     values ($1, 'run', $2, $2, 'createOrder', $3, $4::timestamptz is null, $1, 2, $4, $3, $5, $6, coalesce($4, clock_timestamp()))`,
    [sagaId, startedAt, endedAt ? state : 'RUNNING', endedAt ?? null, lost ?? null, stepsDueAt ?? null],
  );
  await sagas.query(
    `insert into ended_timeline (saga_id, run_id, state, timeline, build, history_length, attached, recorded_at)
     values ($1, 'run', $2, '{}', 'test', 9, true, coalesce($3, clock_timestamp()))`,
    [sagaId, state, endedAt ?? null],
  );
  return sagaId;
}

const empty = () => sagas.query('delete from saga; delete from ended_timeline; delete from settlement');

describe('the floor of what participants remember', () => {
  beforeEach(empty);
  const floor = (lastPoll: number | undefined = Date.now()) =>
    new Floor({ database: sagas, client, lastPoll: () => lastPoll }).read();
  const daysBack = async () => (Date.now() - (await floor())!.getTime()) / DAY_MS;
  const AN_HOUR = 1 / 24;

  it("is Temporal's retention of three days and two more days back where nothing is older", async () => {
    await saga({ startedAt: daysAgo(3) });
    await saga({ startedAt: daysAgo(60), endedAt: daysAgo(59.5) });
    expect(await daysBack()).toBeCloseTo(5, 2);
  });

  it.each([
    ['is open', {}],
    ['is lost', { endedAt: daysAgo(9), state: 'NEEDS_ATTENTION', lost: 'LOST' as const }],
    ['may be lost', { endedAt: daysAgo(9), state: 'INCOMPLETE', lost: 'SUSPECTED' as const }],
    ['took long, and has ended so lately that its run may be reset', { endedAt: daysAgo(2.9) }],
    ['took long, and whose run Temporal may delete a day late', { endedAt: daysAgo(3.9) }],
  ])('is an hour before the start of the oldest saga that %s', async (_, row) => {
    await saga({ startedAt: daysAgo(10), ...row });
    await saga({ startedAt: daysAgo(8) });
    expect(await daysBack()).toBeCloseTo(10 + AN_HOUR, 2);
  });

  it("passes a saga that took long a day after Temporal's retention is over", async () => {
    await saga({ startedAt: daysAgo(10), endedAt: daysAgo(4.1) });
    expect(await daysBack()).toBeCloseTo(5, 2);
  });

  it('counts from the first run of a saga that continues in a later run', async () => {
    const register = new SagaRegister(sagas);
    const sagaId = await saga({ startedAt: daysAgo(20), endedAt: daysAgo(19.9) });
    await register.record([running(sagaId, 'another run')]);
    expect(await daysBack()).toBeCloseTo(20 + AN_HOUR, 2);
  });

  it('keeps to the first run of a saga of which the watch finds a later run first, as it was away', async () => {
    const register = new SagaRegister(sagas);
    const sagaId = `create-order:${randomUUID()}`;
    const first = { ...running(sagaId, 'the first run'), startedAt: new Date(daysAgo(20)), endedAt: new Date(daysAgo(19)) };
    const ended = { ...first, status: 'TERMINATED' as const };
    expect(await register.record([running(sagaId, 'a later run'), ended]), 'the first run is not published').toBe(1);
    expect(await daysBack()).toBeCloseTo(20 + AN_HOUR, 2);
  });

  it('is not known while the watch is behind, or Temporal is away', async () => {
    expect(await floor(Date.now() - 31_000)).toBeUndefined();
    const unreachableAddress = new Client({ connection: Connection.lazy({ address: '127.0.0.1:1' }) });
    await expect(new Floor({ database: sagas, client: unreachableAddress, lastPoll: Date.now }).read()).rejects.toBeInstanceOf(
      Error,
    );
  });

  it('goes by open and lost sagas alone in a soak, and is now without them', async () => {
    const short = async () =>
      Date.now() - (await new Floor({ database: sagas, client, lastPoll: Date.now, short: true }).read())!.getTime();
    await saga({ startedAt: daysAgo(10), endedAt: daysAgo(2) });
    expect(await short()).toBeLessThan(60_000);
    await saga({ startedAt: daysAgo(1) });
    expect((await short()) / DAY_MS).toBeCloseTo(1, 2);
    await saga({ startedAt: daysAgo(9), endedAt: daysAgo(8), state: 'NEEDS_ATTENTION', lost: 'LOST' });
    expect((await short()) / DAY_MS).toBeCloseTo(9, 2);
  });

  it('is shown by the saga service', async () => {
    const shown = (await (await fetch(new URL('/floor', system().sagaUrl))).json()) as CommandFloor;
    expect(Date.now() - Date.parse(shown.keepCommandsSince!)).toBeGreaterThanOrEqual(5 * DAY_MS);
  });
});

describe('sagas that have ended', () => {
  beforeEach(empty);

  it('are removed with their steps after their retention, except those that an operator may need', async () => {
    const old = await saga({ startedAt: daysAgo(100), endedAt: daysAgo(99) });
    await sagas.query(`insert into settlement (saga_id, note, requested_by) values ($1, 'a note', 'a test')`, [old]);
    const kept = [
      await saga({ startedAt: daysAgo(100), endedAt: daysAgo(80) }),
      await saga({ startedAt: daysAgo(100), endedAt: daysAgo(99), state: 'INCOMPLETE' }),
      await saga({ startedAt: daysAgo(100), endedAt: daysAgo(99), state: 'NEEDS_ATTENTION', lost: 'LOST' }),
      await saga({ startedAt: daysAgo(100), endedAt: daysAgo(99), stepsDueAt: daysAgo(99) }),
      await saga({ startedAt: daysAgo(100) }),
    ];
    const [orphan, youngOrphan] = [randomUUID(), randomUUID()];
    for (const [id, days] of [
      [orphan, 91],
      [youngOrphan, 89],
    ] as const)
      await sagas.query(
        `insert into ended_timeline (saga_id, run_id, state, timeline, build, history_length, recorded_at) values ($1, 'run', 'COMPLETED', '{}', 'test', 9, $2)`,
        [id, daysAgo(days)],
      );
    expect(await new EndedSagaTrimmer(sagas).trim(new Date(daysAgo(90)))).toBe(false);
    const idsIn = async (table: string) =>
      (await sagas.query<{ id: string }>(`select saga_id as id from ${table}`)).rows.map(({ id }) => id);
    expect((await idsIn('saga')).toSorted()).toEqual(kept.toSorted());
    expect((await idsIn('ended_timeline')).toSorted()).toEqual([...kept, youngOrphan].toSorted());
    expect(await idsIn('settlement')).toEqual([]);
  });

  it('go without reading each time all the reports of those that stay', async () => {
    await sagas.query(
      `insert into saga (saga_id, run_id, run_started_at, started_at, type, state, open, business_id, version, ended_at, recorded_state, updated_at)
       select 'stays-' || n, 'run', $1, $1, 'createOrder', 'INCOMPLETE', false, '', 2, $1, 'INCOMPLETE', $1 from generate_series(1, 20000) n`,
      [daysAgo(100)],
    );
    await sagas.query(
      `insert into ended_timeline (saga_id, run_id, state, timeline, build, history_length, recorded_at)
       select 'stays-' || n, 'run', 'INCOMPLETE', '{}'::json, 'test', 9, $1::timestamptz + n * interval '1 second' from generate_series(1, 20000) n
       union all select 'orphan', 'run', 'COMPLETED', '{}', 'test', 9, $1::timestamptz + interval '30000 seconds'`,
      [daysAgo(100)],
    );
    await sagas.query('analyze ended_timeline; analyze saga');
    const one = servicePool(testLog.urlOf('saga'), 'saga', 1);
    try {
      const read = async () => {
        await one.query('select pg_stat_force_next_flush()');
        const { rows } = await one.query<{ read: number }>(
          `select (seq_tup_read + idx_tup_fetch)::int as read from pg_stat_user_tables where schemaname = 'saga' and relname = 'ended_timeline'`,
        );
        return rows[0]!.read;
      };
      const trimmer = new EndedSagaTrimmer(one);
      const before = await read();
      await trimmer.trim(new Date(daysAgo(90)));
      expect((await read()) - before).toBeLessThan(5_000);
      for (let calls = 1; calls < 22; calls++) await trimmer.trim(new Date(daysAgo(90)));
      const { rows } = await one.query('select saga_id from ended_timeline where saga_id = $1', ['orphan']);
      expect(rows).toEqual([]);
    } finally {
      await one.end();
    }
  });

  it('continue their versions if one of their ids runs again', async () => {
    const sagaId = await saga({ startedAt: daysAgo(100), endedAt: daysAgo(99) });
    await new EndedSagaTrimmer(sagas).trim(new Date(daysAgo(90)));
    await new SagaRegister(sagas).record([running(sagaId, 'a second run')]);
    const { rows } = await sagas.query('select type, aggregate_version as version from outbox where aggregate_id = $1', [sagaId]);
    expect(rows).toEqual([{ type: 'saga.started', version: 3 }]);
  });
});

const running = (sagaId: string, runId: string): ObservedSaga => ({
  sagaId,
  runId,
  type: 'createOrder',
  businessId: sagaId,
  customerId: null,
  state: 'RUNNING',
  recorded: 'RUNNING',
  status: 'RUNNING',
  endRecorded: false,
  startedAt: new Date(),
  endedAt: undefined,
});

describe('the commands of a saga', () => {
  const hotel = new ParticipantHarness('hotel', () => system().hotelUrl);
  let database: pg.Pool;
  let sweep: RetentionSweep;
  let apis: Record<string, ServiceApi>;

  beforeAll(() => {
    database = servicePool(serviceUrl(system().databaseAdminUrl, 'saga', 'roundtrip'), 'saga', 3);
    apis = Object.fromEntries(participantNames.map((name) => [name, new ServiceApi(name, system()[`${name}Url`])]));
    sweep = new RetentionSweep({
      floor: new Floor({ database, client, lastPoll: Date.now }),
      participants: apis,
      sagas: new EndedSagaTrimmer(database),
      sagaRetentionMs: 90 * DAY_MS,
      log,
    });
  });
  afterAll(async () => {
    await Promise.all(Object.values(apis).map((api) => api.close()));
    await database.end();
  });

  const keysOf = async (id: string) =>
    (await hotel.rows<{ key: string }>('select key from command where position($1 in key) > 0', id)).map(({ key }) => key);

  it('go although another participant answers with an error, which the log names', async () => {
    const old = randomUUID();
    await hotel.send('cancelRoom', { tripId: old }, `test/${old}`);
    await backdate(hotel, daysAgo(41), old);
    const broken = createServer((_, response) =>
      response.writeHead(404, { 'content-type': 'application/problem+json' }).end(
        JSON.stringify({
          type: 'about:blank',
          title: 'Not Found',
          status: 404,
          detail: 'Cannot POST /retention',
          code: 'NOT_FOUND',
        }),
      ),
    );
    await once(broken.listen(0, '127.0.0.1'), 'listening');
    const flight = new ServiceApi('flight', `http://127.0.0.1:${(broken.address() as AddressInfo).port}`);
    const logged: { level: number; participant?: string; err?: { problem: { detail: string } } }[] = [];
    try {
      await new RetentionSweep({
        floor: new Floor({ database, client, lastPoll: Date.now }),
        participants: { flight, hotel: apis['hotel']! },
        sagas: new EndedSagaTrimmer(database),
        sagaRetentionMs: 90 * DAY_MS,
        log: pino({}, { write: (line: string) => void logged.push(JSON.parse(line)) }),
      }).sweep();
    } finally {
      await flight.close();
      broken.close();
    }
    expect(await keysOf(old)).toEqual([]);
    expect(logged).toMatchObject([{ level: 50, participant: 'flight', err: { problem: { detail: 'Cannot POST /retention' } } }]);
  });

  it('outlive every retention until nothing of it can come any more, and then they go', async () => {
    await setFault({ participant: 'payment', operation: 'authorize', mode: 'error' });
    const { tripId, sagaId } = await bookTrip(plentifulTrip(3));
    await eventually(
      () => reservationsOf(tripId),
      (reservations) => reservations.length === 4,
    );
    await eventually(
      () => database.query('select from saga where saga_id = $1', [sagaId]),
      ({ rowCount }) => rowCount === 1,
    );
    const elsewhere = randomUUID();
    await hotel.send('cancelRoom', { tripId: elsewhere }, `test/${elsewhere}`);
    await backdate(hotel, daysAgo(41), elsewhere);
    await backdate(hotel, daysAgo(29), tripId);
    await database.query('update saga set started_at = $2, run_started_at = $2 where saga_id = $1', [sagaId, daysAgo(30)]);
    const [key, ...others] = await keysOf(tripId);
    expect([key, others]).toEqual([`${sagaId}/reserve-room`, []]);
    const first = (await hotel.find(key!)).body;

    // Another thing of forty days ago is not needed by anybody.
    await sweep.sweep();
    expect(await keysOf(elsewhere)).toEqual([]);
    expect(await keysOf(tripId)).toEqual([key]);
    expect((await hotel.find(key!)).body).toEqual(first);
    expect((await hotel.seal(key!)).body).toMatchObject({ ...first, sealed: false });

    // Ended, it can be reset for as long as Temporal keeps its run.
    await clearFaults();
    expect((await ended(sagaId)).state).toBe('COMPLETED');
    await eventually(
      () => database.query('select from saga where saga_id = $1 and not open', [sagaId]),
      ({ rowCount }) => rowCount === 1,
    );
    await backdate(hotel, daysAgo(29), tripId);
    await sweep.sweep();
    expect((await keysOf(tripId)).toSorted()).toEqual([`${sagaId}/confirm-room`, key]);
    await database.query('update saga set ended_at = $2 where saga_id = $1', [sagaId, daysAgo(5)]);
    await sweep.sweep();
    expect(await keysOf(tripId)).toEqual([]);
    expect(await reservationsOf(tripId)).toHaveLength(4);
  });

  it('are removed in batches and by an index', async () => {
    const rows = 5_500;
    const kept = 50_000;
    const clear = () => hotel.rows(`delete from command where key like 'kept/%' or key like 'bulk/%'`);
    await clear();
    // The kept rows come first in the table: a scan for old rows reads them all.
    await hotel.rows(
      `insert into command (key, operation, fingerprint, status, answer, created_at)
       select 'kept/' || n, 'reserveRoom', '', 200, '{}', '2021-01-01' from generate_series(1, ${kept}) n`,
    );
    await hotel.rows(
      `insert into command (key, operation, fingerprint, status, answer, created_at)
       select 'bulk/' || n, 'reserveRoom', '', 200, '{}', '2019-01-01' from generate_series(1, ${rows}) n`,
    );
    await hotel.rows('analyze command');
    // Other sessions report their small scans of before at any time: what counts is how many rows were read.
    const counted = async () =>
      (
        await hotel.rows<{ scanned: number; deleted: number }>(
          `select seq_tup_read::int as scanned, n_tup_del::int as deleted from pg_stat_user_tables
           where schemaname = 'hotel' and relname = 'command'`,
        )
      )[0]!;
    try {
      const before = await counted();
      const { removed, batches } = await trim(hotel, '2020-01-01T00:00:00Z');
      expect([removed['command'], batches]).toEqual([rows, 6]);
      const after = await eventually(counted, ({ deleted }) => deleted >= before.deleted + rows);
      expect(after.scanned - before.scanned).toBeLessThan(kept);
    } finally {
      await clear();
    }
  });
});
