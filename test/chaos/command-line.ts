import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { minimise } from './minimise.js';
import { runChaos } from './run-chaos.js';
import { readSchedule, type Schedule, writeSchedule } from './schedule.js';
import { MOST_SAGAS_PER_SECOND, resultInWords, scheduleInWords, seededRun } from './seeded-run.js';

const REGRESSIONS = 'test/chaos/regressions';

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

  const { schedule, result } = options.schedule
    ? await again(readSchedule(options.schedule), log, signal)
    : await seededRun({ seed: options.seed, seconds: options.minutes * 60, rate: options.rate }, { log, signal });
  for (const line of resultInWords(result)) log(line);
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

async function again(schedule: Schedule, log: (line: string) => void, signal: AbortSignal) {
  log(`the schedule of seed ${schedule.seed}: ${scheduleInWords(schedule)}`);
  return { schedule, result: await runChaos(schedule, { log, signal }) };
}
