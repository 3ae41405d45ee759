import { setMaxListeners } from 'node:events';
import { cpSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type ChaosSystem, startChaosSystem } from './chaos-system.js';
import { whyNoClocks } from './clocks.js';
import { Client } from './client.js';
import { Diary } from './diary.js';
import { Dice } from './dice.js';
import { figuresOf, type Figures } from './figures.js';
import { CursorReader, LiveReceiver } from './followers.js';
import { type Violation, violations } from './invariants.js';
import { Lives } from './lives.js';
import { Meddler } from './meddler.js';
import { Nemesis } from './nemesis.js';
import { writeDown } from './observe.js';
import { untilQuiet } from './quiet.js';
import type { Schedule } from './schedule.js';
import { concerned, livesOf, traceOf } from './trace.js';

/** How long after the last disturbance everything may take to come right. */
const QUIET_WITHIN_MS = 120_000;
/** How long clients may go on with what they have begun when nothing is disturbed any more. */
const CLIENTS_WITHIN_MS = 45_000;
/** A violation is checked again after this time, because the data may have been late. */
const SECOND_LOOK_MS = 4_000;

export interface ChaosResult {
  violations: Violation[];
  figures: Figures;
  /** The trace of the violating sagas and orders, in lines. */
  trace: string[];
  /** The lives that the violations are about. */
  lives: string[];
}

export interface ChaosOptions {
  log?: (line: string) => void;
  signal?: AbortSignal | undefined;
  /** Looks at the system, quiet and still running, before it is stopped. */
  inspect?: (system: ChaosSystem) => Promise<void>;
  quietWithinMs?: number;
}

/** Starts a system of its own, does to it what the schedule says, lets it come to rest, and asks every invariant. */
export async function runChaos(schedule: Schedule, options: ChaosOptions = {}): Promise<ChaosResult> {
  const { log = () => {}, signal } = options;
  const system = await startChaosSystem({
    splitWorker: schedule.splitWorker,
    settleLost: schedule.settleLost,
    log: (line) => log(`system: ${line}`),
    signal,
  });
  try {
    return await onSystem(system, schedule, options);
  } finally {
    await system.stop();
  }
}

/** The same on a system that is there, and is left running. */
export async function onSystem(system: ChaosSystem, schedule: Schedule, options: ChaosOptions = {}): Promise<ChaosResult> {
  const { log = () => {}, signal, inspect, quietWithinMs = QUIET_WITHIN_MS } = options;
  const startedAt = performance.now();
  const say = (line: string) => log(`${((performance.now() - startedAt) / 1_000).toFixed(1).padStart(6)} s  ${line}`);
  const over = new AbortController();
  const end = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
  setMaxListeners(0, end); // every waiter listens: many of them are no leak
  const failed = system.embedded.failure.then((error): never => {
    throw error;
  });
  failed.catch(() => {});

  const diary = new Diary();
  const client = new Client(system.embedded.addresses.gateway, diary, end);
  const dice = new Dice(schedule.seed + 1);
  const nemesis = new Nemesis(system, say);
  const meddler = new Meddler(system, client, diary, dice.fork());
  const lives = new Lives(client, meddler, `chaos-${schedule.seed}`);
  const receiver = await LiveReceiver.start(client);
  const reader = new CursorReader(client);
  const deciding = new AbortController();
  try {
    const beside = [
      meddler.decideUntil(AbortSignal.any([deciding.signal, end])),
      reader.readUntil(AbortSignal.any([deciding.signal, end])),
    ];
    const at = (ms: number) => delay(Math.max(ms - (performance.now() - startedAt), 0), undefined, { signal: end });
    const clients = schedule.lives.map(async (life) => {
      await at(life.atMs);
      await lives.live(life);
    });
    const disturbances = schedule.disturbances
      .filter(({ kind }) => kind !== 'clock' || whyNoClocks === undefined)
      .map(async (disturbance) => {
        await at(disturbance.atMs);
        await nemesis.disturb(disturbance);
      });
    for (const each of [...clients, ...disturbances]) each.catch(() => {});
    const whole = (async () => {
      await Promise.all([at(schedule.seconds * 1_000), ...disturbances]);
      say('all disturbances are over');
      deciding.abort();
      await nemesis.clear();
      say('every process is there');
      const impatience = new AbortController();
      const tooLong = delay(CLIENTS_WITHIN_MS, undefined, { signal: impatience.signal }).then(() =>
        say('some clients were not done'),
      );
      await Promise.race([Promise.all(clients), tooLong]);
      tooLong.catch(() => {}); // they were
      impatience.abort();
      const left = await untilQuiet(system, meddler, { withinMs: quietWithinMs, log: say });
      if (left.length === 0) say('all is quiet');
      await Promise.all(beside);
      await reader.catchUp();
    })();
    await Promise.race([whole, failed]);

    await writeDown(system, client, {
      diary,
      received: { hook: receiver.received, reader: reader.received },
      hooks: { hook: receiver.hookId },
    });
    let found = await violations(system.database);
    if (found.length > 0) {
      await delay(SECOND_LOOK_MS);
      const again = await violations(system.database);
      for (const { invariant } of found)
        if (!again.some((one) => one.invariant === invariant)) say(`${invariant} held at the second look only`);
      found = again;
    }
    const trace = found.length > 0 ? await traceOf(system, client, diary, found) : [];
    await inspect?.(system);
    return {
      violations: found,
      figures: await figuresOf(system, diary, nemesis, performance.now() - startedAt),
      trace,
      lives: livesOf(diary, concerned(found)),
    };
  } catch (error) {
    // A run that could not go on says little by itself.
    if (!signal?.aborted) {
      const kept = `.roundtrip/chaos/${schedule.seed}-logs`;
      cpSync(system.logs, kept, { recursive: true });
      log(`the logs of its processes: ${kept}`);
    }
    throw error;
  } finally {
    over.abort();
    deciding.abort();
    await receiver.stop();
  }
}
