import { type ChaosResult, runChaos } from './run-chaos.js';
import type { Disturbance, Life, Schedule } from './schedule.js';

export interface MinimiseOptions {
  withinMs: number;
  log: (line: string) => void;
  signal?: AbortSignal | undefined;
  /** Runs a candidate; the real thing unless a test has another. */
  run?: (schedule: Schedule) => Promise<Pick<ChaosResult, 'violations'>>;
}

/** A candidate is run so often before it counts as harmless: what a run does follows from the schedule, how it interleaves does not. */
const TRIES = 2;
/** Before and after what is kept. */
const LEAD_MS = 500;

type Act = { life: Life } | { disturbance: Disturbance };

/**
 * Removes the parts of a schedule that its failure does not need: halves, then quarters, and so on (ddmin), until nothing more can be
 * removed or the time is up. A candidate fails if it violates any of the invariants that the whole schedule has violated.
 */
export async function minimise(
  schedule: Schedule,
  failed: Pick<ChaosResult, 'violations' | 'lives'>,
  { withinMs, log, signal, run = (candidate) => runChaos(candidate, { signal }) }: MinimiseOptions,
): Promise<Schedule> {
  const deadline = performance.now() + withinMs;
  const wanted = new Set(failed.violations.map(({ invariant }) => invariant));
  const overdue = () => performance.now() >= deadline || signal?.aborted === true;
  const fails = async (acts: readonly Act[]): Promise<boolean> => {
    const candidate = scheduleOf(schedule, acts);
    for (let attempt = 0; attempt < TRIES && !overdue(); attempt++) {
      const result = await run(candidate).catch((error: Error) => (log(`minimise: ${error.message}`), undefined));
      if (result?.violations.some(({ invariant }) => wanted.has(invariant))) return true;
    }
    return false;
  };
  const attempt = async (acts: readonly Act[], what: string): Promise<boolean> => {
    const failing = await fails(acts);
    log(`minimise: ${what}, ${acts.length} acts: ${failing ? 'fails still' : 'holds'}`);
    return failing;
  };

  let acts: Act[] = [
    ...schedule.lives.map((life) => ({ life })),
    ...schedule.disturbances.map((disturbance) => ({ disturbance })),
  ];
  const suspects = suspectsOf(acts, failed.lives);
  if (suspects.length > 0 && suspects.length < acts.length && (await attempt(suspects, 'only what is concerned')))
    acts = suspects;

  for (let pieces = 2; acts.length > 1 && !overdue();) {
    const size = Math.ceil(acts.length / pieces);
    let smaller: Act[] | undefined;
    for (let from = 0; from < acts.length && !smaller && !overdue(); from += size) {
      const without = [...acts.slice(0, from), ...acts.slice(from + size)];
      if (without.length > 0 && (await attempt(without, `without ${from} to ${Math.min(from + size, acts.length) - 1}`)))
        smaller = without;
    }
    if (smaller) {
      acts = smaller;
      pieces = Math.max(pieces - 1, 2);
    } else if (size === 1) break;
    else pieces = Math.min(pieces * 2, acts.length);
  }
  return scheduleOf(schedule, acts);
}

const timeOf = (act: Act): number => ('life' in act ? act.life.atMs : act.disturbance.atMs);

/** The lives that violations are about, and what was disturbed while they lasted or shortly before. */
function suspectsOf(acts: readonly Act[], lives: readonly string[]): Act[] {
  const own = acts.filter((act) => 'life' in act && lives.includes(act.life.id));
  const from = Math.min(...own.map(timeOf)) - 10_000;
  const to = Math.max(...own.map(timeOf)) + 40_000;
  return acts.filter((act) => own.includes(act) || ('disturbance' in act && timeOf(act) >= from && timeOf(act) <= to));
}

/** The schedule with these acts only, all as early as the first one allows. */
function scheduleOf(schedule: Schedule, acts: readonly Act[]): Schedule {
  const earlier = Math.max(Math.min(...acts.map(timeOf)) - LEAD_MS, 0);
  const lives = acts.flatMap((act) => ('life' in act ? [{ ...act.life, atMs: act.life.atMs - earlier }] : []));
  const disturbances = acts.flatMap((act) =>
    'disturbance' in act ? [{ ...act.disturbance, atMs: act.disturbance.atMs - earlier }] : [],
  );
  const last = Math.max(...acts.map(timeOf)) - earlier;
  return { ...schedule, seconds: Math.min(schedule.seconds, Math.ceil(last / 1_000) + 5), lives, disturbances };
}
