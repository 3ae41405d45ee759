import { setMaxListeners } from 'node:events';
import { cpSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type ChaosSystem, startChaosSystem } from '../chaos/chaos-system.js';
import { Client } from '../chaos/client.js';
import { Diary } from '../chaos/diary.js';
import { Dice } from '../chaos/dice.js';
import { type Figures, figuresOf } from '../chaos/figures.js';
import { CursorReader, LiveReceiver } from '../chaos/followers.js';
import { readInvariants, type Violation, violations } from '../chaos/invariants.js';
import { Lives } from '../chaos/lives.js';
import { Meddler } from '../chaos/meddler.js';
import { writeDown } from '../chaos/observe.js';
import { untilQuiet } from '../chaos/quiet.js';
import { Absences } from './absences.js';
import { Archive, ofEverything } from './archive.js';
import { LateReader, SlowReader, StreamReader } from './feed-readers.js';
import { limitOf, type SoakPlan } from './soak-plan.js';
import { TableRows, type TableVerdict } from './table-rows.js';

/** How long everything may take to come right after the load. */
const QUIET_WITHIN_MS = 300_000;
/** How long clients may go on with what they have begun. */
const CLIENTS_WITHIN_MS = 60_000;
const OPERATORS_EVERY_MS = 5_000;
/** A client gives up on a trip that a busy machine begins late; an operator declines it after so long. */
const FORGOTTEN_MS = 10_000;
/** Every invariant that compares the log with what somebody has received, and the name of that somebody. */
const READER_INVARIANT = 'feeds-read-the-whole-log';

export interface SoakResult {
  tables: TableVerdict[];
  violations: Violation[];
  /** What else did not hold, in words. */
  faults: string[];
  /** How many rows retention has removed, by table. */
  removed: Record<string, number>;
  figures: Figures;
}

/** Starts a system whose retention is minutes, keeps it under load, lets it come to rest, and asks what is there still. */
export async function runSoak(plan: SoakPlan, log: (line: string) => void, signal?: AbortSignal): Promise<SoakResult> {
  const system = await startChaosSystem({
    splitWorker: false,
    settleLost: true,
    movesClocks: false,
    limitOf,
    settings: plan.settings,
    log: (line) => log(`system: ${line}`),
    signal,
  });
  try {
    return await onSystem(system, plan, log, signal);
  } catch (error) {
    if (!signal?.aborted) {
      const kept = '.roundtrip/soak-logs';
      cpSync(system.logs, kept, { recursive: true });
      log(`the logs of its processes: ${kept}`);
    }
    throw error;
  } finally {
    await system.stop();
  }
}

async function onSystem(
  system: ChaosSystem,
  plan: SoakPlan,
  log: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<SoakResult> {
  const startedAt = performance.now();
  const passed = () => performance.now() - startedAt;
  const say = (line: string) => log(`${(passed() / 1_000).toFixed(1).padStart(7)} s  ${line}`);
  const over = new AbortController();
  const end = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
  const atRest = new AbortController();
  const untilRest = AbortSignal.any([atRest.signal, end]);
  for (const each of [end, untilRest]) setMaxListeners(0, each); // every waiter listens: many of them are no leak
  const failed = system.embedded.failure.then((error): never => {
    throw error;
  });
  failed.catch(() => {});

  const { database } = system;
  const archive = new Archive(database);
  await archive.open();
  const diary = new Diary();
  const client = new Client(system.embedded.addresses.gateway, diary, end);
  const meddler = new Meddler(system, client, diary, new Dice(1));
  const lives = new Lives(client, meddler, 'soak');
  const rows = new TableRows(database);
  const [receiver, absences] = [await LiveReceiver.start(client), await Absences.open(system, client)];
  const [reader, slowReader] = [new CursorReader(client), new SlowReader(client)];
  const lateReader = await LateReader.start(client);
  const stream = new StreamReader(system.embedded.addresses.gateway);
  const at = (ms: number) => delay(Math.max(ms - passed(), 0), undefined, { signal: end });
  const faults = absences.faults;

  const counting = async () => {
    for (let next = 0; next <= plan.loadMs; next += plan.countEveryMs) {
      await at(next);
      await rows.count(passed());
    }
  };
  const operators = async () => {
    while (!untilRest.aborted) {
      await meddler.retryAll();
      if (passed() > plan.away.untilMs + FORGOTTEN_MS) await declineForgotten(system, client);
      await delay(OPERATORS_EVERY_MS, undefined, { signal: untilRest }).catch(() => {});
    }
  };
  const awayFor = async ({ fromMs, pausedFromMs, untilMs }: SoakPlan['away']) => {
    await at(fromMs);
    await absences.begin();
    say('a hook and two consumers are away, and three trips wait for their approval');
    await at(pausedFromMs);
    await absences.pause();
    say('another hook is paused');
    await at(fromMs + (untilMs - fromMs) * 0.9);
    await absences.checkFloor();
    await at(untilMs);
    await absences.end();
    say('all of them are back');
    await at(plan.rebuildAtMs);
    await absences.rebuild();
    say('the read models are rebuilt');
  };
  try {
    const clients = plan.lives.map(async (life) => {
      await at(life.atMs);
      await lives.live(life);
    });
    const beside = [reader.readUntil(untilRest), slowReader.readEvery(plan.retentionMs * 0.4, untilRest), operators()];
    for (const each of [...clients, ...beside]) each.catch(() => {});
    const whole = (async () => {
      await Promise.all([counting(), awayFor(plan.away)]);
      say('the load is over');
      await Promise.race([Promise.all(clients), delay(CLIENTS_WITHIN_MS, undefined, { signal: end })]);
      const left = await untilQuiet(system, meddler, { withinMs: QUIET_WITHIN_MS, log: say });
      faults.push(...left.map((what) => `not quiet after ${QUIET_WITHIN_MS / 1_000} s: ${what}`));
      if (left.length === 0) say('all is quiet');
      atRest.abort();
      await Promise.all(beside);
      await Promise.all([reader.catchUp(), slowReader.catchUp()]);
      await stream.reach(reader.received.at(-1)?.position ?? 0);
    })();
    await Promise.race([whole, failed]);

    faults.push(...openLifeFaults(diary, plan.openLives), ...(await lateReader.faults()));
    if (stream.gaps > 0) faults.push(`the stream of events skipped ${stream.gaps} times what had been removed`);
    await archive.complete();
    await writeDown(system, client, {
      diary,
      received: {
        hook: receiver.received,
        down: absences.down.received,
        paused: absences.paused.received,
        reader: reader.received,
        'slow reader': slowReader.received,
        stream: stream.received,
      },
      hooks: { hook: receiver.hookId, down: absences.down.hookId, paused: absences.paused.hookId },
      readSagas: () => archive.sagas(),
    });
    const removed: Record<string, number> = {};
    for (const table of ['log', 'command', 'saga', 'mail']) {
      removed[table] = await archive.removed(table);
      if (removed[table] === 0) faults.push(`retention has removed nothing of: ${table}`);
    }
    return {
      tables: rows.verdicts(plan.loadMs),
      violations: await violations(database, invariants()),
      faults,
      removed,
      figures: await figuresOf(system, diary, { done: {} }, passed()),
    };
  } finally {
    over.abort();
    stream.stop();
    await Promise.all([receiver.stop(), absences.stop()]);
  }
}

/** Those of a chaos run on everything that there ever was, one for each reader of the log, and those of retention. */
export function invariants() {
  const ofChaos = readInvariants().map(ofEverything);
  const ofReader = ofChaos.find(({ name }) => name === READER_INVARIANT)!;
  const ofOtherReaders = ['slow reader', 'stream'].map((follower) => ({
    ...ofReader,
    name: `${READER_INVARIANT} (${follower})`,
    sql: ofReader.sql.replaceAll("'reader'", `'${follower}'`),
  }));
  return [...ofChaos, ...ofOtherReaders, ...readInvariants('test/soak/invariants')];
}

async function declineForgotten({ database }: ChaosSystem, client: Client): Promise<void> {
  const { rows } = await database.query<{ id: string }>(
    `select trip_id as id from trip.trip
     where state = 'AWAITING_APPROVAL' and updated_at < clock_timestamp() - $1 * interval '1 millisecond'`,
    [FORGOTTEN_MS],
  );
  for (const { id } of rows)
    await client.retry('POST', `/v1/trips/${id}/decline`, {}, { 'idempotency-key': `soak-forgotten-${id}` });
}

/** A request that is repeated while its saga is open, after its retention, gets its first answer. */
function openLifeFaults({ sent }: Diary, openLives: readonly string[]): string[] {
  return openLives.flatMap((life) => {
    const [first, later] = ['first', 'later'].map((sending) => sent.find((one) => one.life === life && one.sending === sending));
    if (first?.status === 202 && later?.status === 202 && later.resourceId === first.resourceId && later.sagaId === first.sagaId)
      return [];
    const answer = (one: typeof first) => `${one?.status ?? 'nothing'} ${one?.code ?? one?.sagaId ?? ''}`;
    return [`the repeated request of ${life} was answered ${answer(later)}, first ${answer(first)}`];
  });
}
