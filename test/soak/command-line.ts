import { parseArgs } from 'node:util';
import { figuresInWords } from '../chaos/figures.js';
import { invariants, runSoak, type SoakResult } from './run-soak.js';
import { type SoakOptions, soakPlan } from './soak-plan.js';
import { growing } from './table-rows.js';

const ROWS_SHOWN = 5;

export class SoakUsageError extends Error {
  override name = 'SoakUsageError';
}

const usage = `npm run soak -- [options]
  --minutes M   how long the load lasts, 30 unless given; at least 1
  --rate R      sagas a second, 3 unless given: half of what two cores sustain of this mix
  --seed S      the seed of the load; another one each time unless given`;

/** @returns the exit code: 1 when a table has not levelled off, or something that was needed is gone. */
export async function soak(args: string[], log: (line: string) => void): Promise<number> {
  const options = optionsOf(args);
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort(new Error(`stopped by ${name}`)));
  const plan = soakPlan(options);
  const seconds = (ms: number) => `${Math.round(ms / 1_000)} s`;
  log(
    `seed ${options.seed}: ${options.rate} sagas/s for ${options.minutes} minutes, everything is kept for ${seconds(plan.retentionMs)}`,
  );
  const result = await runSoak(plan, log, stop.signal);
  for (const line of resultInWords(result)) log(line);
  const { tables, violations, faults } = result;
  const failed = violations.length > 0 || faults.length > 0 || tables.some(({ levelled }) => levelled === false);
  if (failed) log(`again: npm run soak -- --minutes ${options.minutes} --rate ${options.rate} --seed ${options.seed}`);
  return failed ? 1 : 0;
}

function resultInWords({ tables, violations, faults, removed, figures }: SoakResult): string[] {
  const shown = tables.filter(({ middle, last, levelled }) => levelled === false || middle > 0 || last > 0);
  const kilobytes = (bytes: number | undefined) => (bytes === undefined ? '' : `${Math.round(bytes / 1_024)} kB`);
  const line = (table: string, middle: string, last: string, size: string, verdict: string) =>
    `  ${table.padEnd(40)}${middle.padStart(12)}${last.padStart(12)}${size.padStart(12)}  ${verdict}`;
  return [
    ...figuresInWords(figures).filter((text) => !text.startsWith('disturbances')),
    `retention has removed: ${Object.entries(removed)
      .map(([table, count]) => `${table} ${count}`)
      .join(', ')}`,
    line('rows since the start of the load', 'middle third', 'last third', 'size', ''),
    ...shown
      .toSorted((a, b) => b.last - a.last)
      .map(({ table, middle, last, bytes, levelled }) =>
        line(table, String(middle), String(last), kilobytes(bytes), verdictOn(levelled)),
      ),
    `  ${tables.length - shown.length} more tables got no rows; ${growing.size} tables may grow, as docs/operations.md says`,
    ...violations.flatMap(({ invariant, promise, rows }) => [
      `VIOLATED ${invariant}: ${promise}`,
      ...rows.slice(0, ROWS_SHOWN).map((row) => `  ${JSON.stringify(row)}`),
    ]),
    ...faults.map((fault) => `FAULT ${fault}`),
    `${tables.filter(({ levelled }) => levelled === false).length} of ${tables.length} tables grow, ` +
      `${violations.length} violations of ${invariants().length} invariants, ${faults.length} other faults`,
  ];
}

function verdictOn(levelled: boolean | undefined): string {
  if (levelled === undefined) return 'the load is too short to say';
  return levelled ? 'levelled off' : 'GROWS';
}

function optionsOf(args: string[]): SoakOptions {
  const known = {
    minutes: { type: 'string', default: '30' },
    rate: { type: 'string', default: '3' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  } as const;
  let values;
  try {
    ({ values } = parseArgs({ args, options: known }));
  } catch (error) {
    throw new SoakUsageError(`${(error as Error).message}\n${usage}`);
  }
  const number = (name: string, text: string, least: number): number => {
    const value = Number(text);
    if (!Number.isFinite(value) || value < least)
      throw new SoakUsageError(`--${name} must be a number from ${least} on.\n${usage}`);
    return value;
  };
  return {
    minutes: number('minutes', values.minutes, 1),
    rate: number('rate', values.rate, 0.1),
    seed: number('seed', values.seed, 0),
  };
}
