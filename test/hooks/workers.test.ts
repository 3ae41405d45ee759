import { spawn, type ChildProcess } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../libs/service-kit/clock.js';
import { freePort } from '../../libs/embedded/free-port.js';
import { eventually } from '../support/api.js';
import { HooksHarness } from './hooks.harness.js';
import { Receiver } from './receiver.harness.js';

let harness: HooksHarness;
const workers: ChildProcess[] = [];
beforeAll(async () => {
  harness = await HooksHarness.open({ clock: systemClock });
});
afterAll(async () => {
  await Promise.all(workers.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null).map(stop));
  await harness.close();
});

/** A hooks service as it is deployed, a process of its own, over the test's database. */
async function startWorker(): Promise<ChildProcess> {
  const port = await freePort();
  const worker = spawn(process.execPath, ['dist/bundled/apps/hooks/main.js'], {
    stdio: 'inherit',
    env: {
      PATH: process.env['PATH'], // oxlint-disable-line node/no-process-env
      PORT: String(port),
      LOG_LEVEL: 'warn',
      DATABASE_URL: harness.databaseUrl,
      HOOKS_SECRET_KEY: harness.secretKey,
      HOOKS_ALLOW_PRIVATE: 'true',
    },
  });
  workers.push(worker);
  await eventually(
    async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).ok,
    (ready) => ready,
  );
  return worker;
}

async function stop(worker: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => worker.once('exit', resolve));
  worker.kill('SIGTERM');
  await gone;
}

const facts = (n: number, prefix: string) =>
  Array.from({ length: n }, (_, i) => ({ type: 'order.placed', aggregateId: `${prefix}-${i}`, aggregateVersion: 1 }));

describe('two workers', () => {
  it('share the queue, and what one was sending when it was killed the other sends', { timeout: 180_000 }, async () => {
    const receiver = await Receiver.start();
    const hook = await harness.hook({ url: receiver.url, timeoutMs: 1_000 });
    const first = await startWorker();
    // The first request is swallowed by a worker that will not live to see its end.
    let killed = false;
    receiver.answer = (response) => {
      if (killed) return void response.writeHead(200).end();
      killed = true;
      first.kill('SIGKILL');
    };
    const ids = await harness.log(...facts(1, 'KILLED'));
    await eventually(
      async () => killed,
      (it) => it,
    );
    await startWorker();
    const [delivery] = await eventually(
      () => harness.deliveriesOf(hook.hookId),
      ([it]) => it?.state === 'succeeded',
      90_000,
    );
    expect(delivery!.attempts.map(({ error }) => error)).toEqual(['lease_lost', null]);
    expect(receiver.ids).toEqual([ids[0], ids[0]]);

    await startWorker();
    const more: string[] = [];
    const workers = async () => {
      const { rows } = await harness.admin.query<{ worker: string }>(
        `select distinct a.worker from hooks.attempt a join hooks.delivery d using (delivery_id)
         where a.error is null and d.event_id = any($1::uuid[])`,
        [more],
      );
      return rows.map(({ worker }) => worker);
    };
    // Until both have had something: which of them looks first is chance.
    await eventually(
      async () => {
        more.push(...(await harness.log(...facts(50, `SHARED-${more.length}`))));
        await eventually(
          async () => receiver.ids.length - 2,
          (received) => received >= more.length,
        );
        return workers();
      },
      (both) => both.length === 2,
    );
    expect(receiver.ids.slice(2).toSorted(), 'each once, from whichever worker').toEqual(more.toSorted());
    await receiver.stop();
  });
});

describe('one endpoint that hangs among twenty', () => {
  it('does not delay the other nineteen', { timeout: 180_000 }, async () => {
    const receiver = await Receiver.start();
    for (let n = 0; n < 19; n++) await harness.hook({ url: `${receiver.url}/${n}`, types: ['trip.*'] });
    const p95 = async () => {
      const from = receiver.received.length;
      const begun = new Map<string, number>();
      for (let n = 0; n < 20; n++) {
        const at = performance.now();
        const [id] = await harness.log({ type: 'trip.booked', aggregateId: `TRIP-${from}-${n}`, aggregateVersion: 1 });
        begun.set(id!, at);
      }
      await eventually(
        async () => receiver.received.length - from,
        (n) => n === 19 * 20,
      );
      const latencies = receiver.received.slice(from).map(({ event, at }) => at - begun.get(event.id)!);
      return latencies.sort((a, b) => a - b)[Math.floor(latencies.length * 0.95)]!;
    };
    await p95(); // warm
    const without = await p95();
    const hanging = await Receiver.start(() => {});
    await harness.hook({ url: hanging.url, types: ['trip.*'] });
    const beside = await p95();
    expect(hanging.received.length, 'it was sent to').toBeGreaterThan(0);
    // Noise of a shared machine, of which a hanging receiver, which takes 15 s, is far away.
    expect(beside).toBeLessThan(Math.max(2 * without, without + 150));
    await Promise.all([receiver.stop(), hanging.stop()]);
  });
});
