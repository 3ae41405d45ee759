import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { participantNames } from '../../contracts/participant/participants.js';
import { urlSettingOf } from '../../libs/config/participant-url.js';
import { freePort } from '../../libs/embedded/free-port.js';
import { LogHarness } from '../events/log.harness.js';
import { ended, eventually, placeOrder, richestCustomer } from '../support/api.js';
import { pidOf } from '../support/processes.js';
import { system } from '../support/system.js';

const HOUR_MS = 3_600_000;
const customerId = await richestCustomer();

/** The database of a second saga service, which registers the sagas of the system's Temporal. */
let testLog: LogHarness;
let watch: ChildProcess | undefined;
beforeAll(async () => {
  testLog = await LogHarness.create();
});
afterEach(async () => {
  const exit = new Promise((resolve) => watch?.once('exit', resolve));
  if (watch?.kill('SIGKILL')) await exit;
  watch = undefined;
});
afterAll(() => testLog.drop());

/** Starts the saga service. Resolves when it is ready. */
async function startWatch(options: { clockAheadMs?: number } = {}): Promise<void> {
  const { clockAheadMs = 0 } = options;
  const port = await freePort();
  const clock = `${pathToFileURL(path.resolve('test/sagas/shifted-clock.mjs')).href}?aheadMs=${clockAheadMs}`;
  watch = spawn(process.execPath, ['--import', clock, path.resolve('dist/bundled/apps/saga/main.js')], {
    env: {
      DATABASE_URL: testLog.urlOf('saga'),
      SAGA_PORT: String(port),
      TEMPORAL_ADDRESS: system().temporalAddress,
      LOG_LEVEL: 'silent',
      ...Object.fromEntries(participantNames.map((name) => [urlSettingOf(name), system()[`${name}Url`]])),
    },
    stdio: 'ignore',
  });
  await eventually(
    async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).ok,
    (ok) => ok,
  );
}

/** The watch had polled up to then when it was last there. */
const polledUpTo = (time: Date) => testLog.admin.query('update saga.watermark set seen_to = $1', [time]);

async function place(count: number): Promise<string[]> {
  const sagaIds: string[] = [];
  for (let nr = 0; nr < count; nr++) sagaIds.push((await placeOrder(customerId, 1)).sagaId);
  return sagaIds;
}

/** Waits until the end of each saga is published. @returns how often each was. */
async function published(sagaIds: readonly string[]): Promise<number[]> {
  const read = async () => {
    const { rows } = await testLog.admin.query<{ sagaId: string; times: number }>(
      `select aggregate_id as "sagaId", count(*)::int as times from saga.outbox
       where aggregate_id = any($1) and type = any(array['saga.completed', 'saga.compensated']) group by aggregate_id`,
      [sagaIds],
    );
    return rows;
  };
  return (await eventually(read, ({ length }) => length === sagaIds.length)).map(({ times }) => times);
}

const once = (sagaIds: readonly string[]) => sagaIds.map(() => 1);

describe('the end of every saga is published once', () => {
  it('by a watch whose clock is 5 s ahead of that of Temporal', async () => {
    await polledUpTo(new Date());
    await startWatch({ clockAheadMs: 5_000 });
    const sagaIds = await place(6);
    expect(await published(sagaIds)).toEqual(once(sagaIds));
  });

  it('by a watch that was down for an hour', async () => {
    const sagaIds = await place(6);
    for (const sagaId of sagaIds) await ended(sagaId);
    await polledUpTo(new Date(Date.now() - HOUR_MS));
    await startWatch();
    expect(await published(sagaIds)).toEqual(once(sagaIds));
  });

  it('although Temporal is killed while sagas run', async () => {
    await startWatch();
    const sagaIds = await place(20);
    const before = pidOf('temporal');
    process.kill(before, 'SIGKILL'); // its supervisor has it back in a few seconds
    for (const sagaId of sagaIds) await ended(sagaId);
    expect(await published(sagaIds)).toEqual(once(sagaIds));
    expect(pidOf('temporal')).not.toBe(before);
  });
});
