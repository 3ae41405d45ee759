import { compare, type Difference, equal, type Value } from './compare.js';
import { type Divergence, divergenceOf } from './divergence.js';
import type { NamedHistory } from './history.js';
import { type Bundle, listen, type ReplayedRun } from './listen.js';
import { placeOf } from './place-of.js';

/** A difference that a person accepts, with the reason. It covers this workflow, step, path and both values, and nothing else. */
export interface AcceptedDifference extends Difference {
  why: string;
  by: string;
  /** RFC 3339. */
  at: string;
}

/** One difference, in all runs that show it. */
export interface FoundDifference extends Difference {
  /** How many runs of the workflow show it, and how many were compared. */
  runs: number;
  of: number;
  accepted: boolean;
}

/** A workflow that the new build cannot replay. */
export interface Break {
  workflow: string;
  /** The run whose divergence this is. */
  name: string;
  runs: number;
  of: number;
  divergence: Divergence;
}

/** What was not compared, and why. */
export interface Unchecked {
  place: string;
  runs: number;
  because: string;
}

export type ReportKind = 'same' | 'accepted' | 'differs' | 'breaks' | 'unchecked';

export interface Report {
  kind: ReportKind;
  differences: readonly FoundDifference[];
  breaks: readonly Break[];
  unchecked: readonly Unchecked[];
  /** How many histories were compared. */
  histories: number;
  places: { checked: number; all: number };
}

/** The report when nothing could be compared. */
export const uncheckedReport = (unchecked: readonly Unchecked[]): Report => ({
  kind: 'unchecked',
  differences: [],
  breaks: [],
  unchecked,
  histories: 0,
  places: { checked: 0, all: 0 },
});

export interface JudgeOptions {
  /** Every place that a history must cover. */
  places?: readonly string[];
  accepted?: readonly AcceptedDifference[];
  /** What is known to be unchecked before anything is replayed. */
  unchecked?: readonly Unchecked[];
  /** Histories of runs that only the new build has had: it must replay them. */
  onlyAfter?: readonly NamedHistory[];
  /** What the old build makes of the histories, if it is known. */
  before?: readonly ReplayedRun[];
}

/** Replays histories under both bundles, and judges the new one. It needs no server. @throws Error when a bundle cannot be loaded. */
export async function judge(
  before: Bundle,
  after: Bundle,
  histories: readonly NamedHistory[],
  options: JudgeOptions = {},
): Promise<Report> {
  const all = [...histories, ...(options.onlyAfter ?? [])];
  const replayed = await replay(after, all);
  const old = options.before ?? (await replay(before, histories));
  const broken = replayed.filter(({ error }, index) => error && !old[index]?.error);
  const firstOfType = [...new Map(broken.toReversed().map((run) => [run.workflow, run])).values()];
  const of = (run: ReplayedRun) => all.find(({ name }) => name === run.name)!;
  const traced = await replay(after, firstOfType.map(of), true);
  return assess(old, replayed, histories, {
    ...options,
    divergences: new Map(traced.map((run) => [run.workflow, { name: run.name, ...divergenceOf(of(run), run) }])),
  });
}

async function replay(bundle: Bundle, histories: readonly NamedHistory[], traced = false): Promise<ReplayedRun[]> {
  const runs: ReplayedRun[] = [];
  if (histories.length > 0) for await (const run of listen(bundle, histories, { traced })) runs.push(run);
  return runs;
}

interface AssessOptions extends JudgeOptions {
  divergences: ReadonlyMap<string, Divergence & { name: string }>;
}

function assess(
  before: readonly ReplayedRun[],
  after: readonly ReplayedRun[],
  histories: readonly NamedHistory[],
  { places = [], accepted = [], unchecked: known = [], divergences }: AssessOptions,
): Report {
  const unchecked = [...known];
  const found = new Map<string, FoundDifference>();
  const broken = new Map<string, number>();
  const compared = new Map<string, number>();
  const covered = new Set<string>();
  for (const [index, old] of before.entries()) {
    const verdict = compare(old, after[index]!);
    if (verdict.kind === 'unchecked') {
      unchecked.push({ place: old.name, runs: 1, because: verdict.because });
      continue;
    }
    compared.set(old.workflow, (compared.get(old.workflow) ?? 0) + 1);
    covered.add(placeOf(histories[index]!));
    if (verdict.kind === 'breaks') broken.set(old.workflow, (broken.get(old.workflow) ?? 0) + 1);
    // A loop can make one difference many times; it is one run all the same.
    const once =
      verdict.kind === 'differs' ? new Map(verdict.differences.map((one) => [keyOf(one), one])) : new Map<string, Difference>();
    for (const [key, difference] of once) {
      const already = found.get(key);
      if (already) already.runs++;
      else found.set(key, { ...difference, runs: 1, of: 0, accepted: accepted.some((one) => isSameDifference(one, difference)) });
    }
  }
  for (const run of after.slice(before.length)) {
    compared.set(run.workflow, (compared.get(run.workflow) ?? 0) + 1);
    if (run.error) broken.set(run.workflow, (broken.get(run.workflow) ?? 0) + 1);
  }
  const uncovered = places.filter((place) => !covered.has(place));
  for (const place of uncovered) unchecked.push({ place, runs: 0, because: 'no history covers this place' });
  const total = [...compared.values()].reduce((sum, count) => sum + count, 0);
  if (total === 0 && unchecked.length === 0) unchecked.push({ place: 'everything', runs: 0, because: 'there are no histories' });
  const differences = [...found.values()].map((one) => ({ ...one, of: compared.get(one.workflow)! }));
  const breaks = [...broken].map(([workflow, runs]) => {
    const { name, ...divergence } = divergences.get(workflow)!;
    return { workflow, name, runs, of: compared.get(workflow)!, divergence };
  });
  return {
    kind: kindOf(breaks, differences, unchecked),
    differences,
    breaks,
    unchecked,
    histories: total,
    places: { checked: places.length - uncovered.length, all: places.length },
  };
}

function kindOf(breaks: readonly Break[], differences: readonly FoundDifference[], unchecked: readonly Unchecked[]): ReportKind {
  if (breaks.length > 0) return 'breaks';
  if (differences.some(({ accepted }) => !accepted)) return 'differs';
  if (unchecked.length > 0) return 'unchecked';
  return differences.length > 0 ? 'accepted' : 'same';
}

const isSameDifference = (one: Difference, other: Difference): boolean =>
  one.workflow === other.workflow &&
  one.step === other.step &&
  one.path === other.path &&
  equal(one.old, other.old) &&
  equal(one.new, other.new);

const keyOf = ({ workflow, step, path, old, new: now }: Difference): string =>
  JSON.stringify([workflow, step, path, keyOfValue(old), keyOfValue(now)]);
/** JSON has no undefined in a list. */
const keyOfValue = (value: Value) => (value === undefined ? 'absent' : { value });
