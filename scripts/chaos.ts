import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { sustainedRate } from '../test/chaos/calibrate.js';
import { startChaosSystem } from '../test/chaos/chaos-system.js';
import { whyNoClocks } from '../test/chaos/clocks.js';
import { figuresInWords } from '../test/chaos/figures.js';
import { readInvariants } from '../test/chaos/invariants.js';
import { makeSchedule } from '../test/chaos/make-schedule.js';
import { minimise } from '../test/chaos/minimise.js';
import { type ChaosResult, onSystem, runChaos } from '../test/chaos/run-chaos.js';
import { readSchedule, type Schedule, writeSchedule } from '../test/chaos/schedule.js';

const REGRESSIONS = 'test/chaos/regressions';
/** Never more than this, whatever the machine sustains. */
const MOST_SAGAS_PER_SECOND = 5;
const ROWS_SHOWN = 5;

export class ChaosUsageError extends Error {
  override name = 'ChaosUsageError';
}

const usage = `npm run chaos -- [options]
  --seed S                the schedule's seed; another one each time unless given
  --minutes M             how long it disturbs, 2 unless given
  --rate R                sagas a second; half of what the machine sustains, at most ${MOST_SAGAS_PER_SECOND}, unless given
  --schedule FILE         runs this schedule instead of one of a seed
  --minimise-minutes M    how long a failing schedule is made smaller, 10 unless given; 0 keeps it as it is`;

/** @returns the exit code: 1 when an invariant does not hold. */
export async function chaos(args: string[], log: (line: string) => void): Promise<number> {
  const options = optionsOf(args);
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort(new Error(`stopped by ${name}`)));
  const { signal } = stop;

  const [schedule, result] = options.schedule
    ? await replayed(readSchedule(options.schedule), log, signal)
    : await made(options, log, signal);
  report(result, log);
  if (result.violations.length === 0) return 0;

  mkdirSync(REGRESSIONS, { recursive: true });
  const names = result.violations.map(({ invariant }) => invariant);
  const file = path.join(REGRESSIONS, `${names[0]}-${schedule.seed}.json`);
  if (!options.schedule) writeSchedule(file, { ...schedule, note: `violates ${names.join(', ')}` });
  if (options.minimiseMinutes > 0) {
    const smaller = await minimise(schedule, result, { withinMs: options.minimiseMinutes * 60_000, log, signal });
    writeSchedule(file, { ...smaller, note: `violates ${names.join(', ')}` });
    log(`the schedule is down to ${smaller.lives.length} lives and ${smaller.disturbances.length} disturbances`);
  }
  log(`again: npm run chaos -- --schedule ${options.schedule && options.minimiseMinutes === 0 ? options.schedule : file}`);
  return 1;
}

interface Options {
  seed: number;
  minutes: number;
  rate: number | undefined;
  schedule: string | undefined;
  minimiseMinutes: number;
}

function optionsOf(args: string[]): Options {
  const known = {
    seed: { type: 'string' },
    minutes: { type: 'string', default: '2' },
    rate: { type: 'string' },
    schedule: { type: 'string' },
    'minimise-minutes': { type: 'string', default: '10' },
  } as const;
  let values;
  try {
    ({ values } = parseArgs({ args, options: known }));
  } catch (error) {
    throw new ChaosUsageError(`${(error as Error).message}\n${usage}`);
  }
  const number = (name: string, text: string, least: number): number => {
    const value = Number(text);
    if (!Number.isFinite(value) || value < least)
      throw new ChaosUsageError(`--${name} must be a number from ${least} on.\n${usage}`);
    return value;
  };
  return {
    seed: values.seed === undefined ? Date.now() % 2 ** 31 : number('seed', values.seed, 0),
    minutes: number('minutes', values.minutes, 0.1),
    rate: values.rate === undefined ? undefined : number('rate', values.rate, 0.1),
    schedule: values.schedule,
    minimiseMinutes: number('minimise-minutes', values['minimise-minutes'], 0),
  };
}

type Outcome = [Schedule, ChaosResult];

async function replayed(schedule: Schedule, log: (line: string) => void, signal: AbortSignal): Promise<Outcome> {
  log(`the schedule of seed ${schedule.seed}: ${inWords(schedule)}`);
  return [schedule, await runChaos(schedule, { log, signal })];
}

async function made({ seed, minutes, rate: given }: Options, log: (line: string) => void, signal: AbortSignal): Promise<Outcome> {
  log(`seed ${seed}`);
  if (whyNoClocks !== undefined) log(`clock steps: not run here: ${whyNoClocks}`);
  const wanted = { seed, seconds: minutes * 60, clocks: whyNoClocks === undefined };
  const { splitWorker } = makeSchedule({ ...wanted, rate: 1 });
  const system = await startChaosSystem({ splitWorker, log: (line) => log(`system: ${line}`), signal });
  try {
    const rate = given ?? Math.min((await sustainedRate(system, log)) / 2, MOST_SAGAS_PER_SECOND);
    const schedule = makeSchedule({ ...wanted, rate });
    log(`${rate.toFixed(1)} sagas/s: ${inWords(schedule)}`);
    return [schedule, await onSystem(system, schedule, { log, signal })];
  } finally {
    await system.stop();
  }
}

const inWords = ({ lives, disturbances, seconds, splitWorker }: Schedule) =>
  `${lives.length} lives and ${disturbances.length} disturbances in ${seconds} s, gateway and worker ${splitWorker ? 'apart' : 'in one process'}`;

function report({ violations, figures, trace }: ChaosResult, log: (line: string) => void): void {
  for (const line of figuresInWords(figures)) log(line);
  for (const { invariant, promise, rows } of violations) {
    log(`VIOLATED ${invariant}: ${promise}`);
    for (const row of rows.slice(0, ROWS_SHOWN)) log(`  ${JSON.stringify(row)}`);
  }
  for (const line of trace) log(line);
  log(`${violations.length} violations of ${readInvariants().length} invariants`);
}
