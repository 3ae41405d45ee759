import { sustainedRate } from './calibrate.js';
import { startChaosSystem } from './chaos-system.js';
import { whyNoClocks } from './clocks.js';
import { figuresInWords } from './figures.js';
import { readInvariants } from './invariants.js';
import { makeSchedule } from './make-schedule.js';
import { type ChaosOptions, type ChaosResult, onSystem } from './run-chaos.js';
import type { Schedule } from './schedule.js';

/** Never more sagas a second than this, whatever the machine sustains. */
export const MOST_SAGAS_PER_SECOND = 5;
const ROWS_SHOWN = 5;

export interface Seeded {
  seed: number;
  seconds: number;
  /** Sagas a second; half of what the machine sustains unless it is given. */
  rate?: number | undefined;
}

/** Makes the schedule of a seed for this machine as it is now, and runs it. */
export async function seededRun(
  { seed, seconds, rate: given }: Seeded,
  { log = () => {}, signal, ...rest }: ChaosOptions,
): Promise<{ schedule: Schedule; result: ChaosResult }> {
  log(`seed ${seed}`);
  if (whyNoClocks !== undefined) log(`clock steps: not run here: ${whyNoClocks}`);
  const wanted = { seed, seconds, clocks: whyNoClocks === undefined };
  const { splitWorker, settleLost } = makeSchedule({ ...wanted, rate: 1 });
  const system = await startChaosSystem({ splitWorker, settleLost, log: (line) => log(`system: ${line}`), signal });
  try {
    const rate = given ?? Math.min((await sustainedRate(system, log)) / 2, MOST_SAGAS_PER_SECOND);
    const schedule = makeSchedule({ ...wanted, rate });
    log(`${rate.toFixed(1)} sagas/s: ${scheduleInWords(schedule)}`);
    return { schedule, result: await onSystem(system, schedule, { log, signal, ...rest }) };
  } finally {
    await system.stop();
  }
}

export const scheduleInWords = ({ lives, disturbances, seconds, splitWorker, settleLost }: Schedule): string =>
  `${lives.length} lives and ${disturbances.length} disturbances in ${seconds} s, gateway and worker ${splitWorker ? 'apart' : 'in one process'}, ` +
  `lost sagas settled by ${settleLost ? 'themselves' : 'operators'}`;

/** The result of a run, in lines: its figures, and each violation with its trace. */
export function resultInWords({ violations, figures, trace }: ChaosResult): string[] {
  return [
    ...figuresInWords(figures),
    ...violations.flatMap(({ invariant, promise, rows }) => [
      `VIOLATED ${invariant}: ${promise}`,
      ...rows.slice(0, ROWS_SHOWN).map((row) => `  ${JSON.stringify(row)}`),
    ]),
    ...trace,
    `${violations.length} violations of ${readInvariants().length} invariants`,
  ];
}
