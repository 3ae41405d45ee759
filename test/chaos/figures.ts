import type { ChaosSystem } from './chaos-system.js';
import type { Diary } from './diary.js';
import type { Nemesis } from './nemesis.js';

export interface Figures {
  seconds: number;
  /** How many sagas of each type have ended in each state. */
  sagas: Record<string, Record<string, number>>;
  disturbances: Record<string, number>;
  /** The actions of operators, by kind. */
  deeds: Record<string, number>;
  /** Requests by the status that they were answered with. */
  answers: Record<string, number>;
  /** From a request to its answer, in ms, of those that did not wait for the outcome. */
  acceptedMs: Quantiles;
  /** From start to end of a saga, in ms. */
  sagaMs: Quantiles;
}

type Quantiles = Record<'p50' | 'p90' | 'p99' | 'max', number>;

export async function figuresOf(
  system: ChaosSystem,
  diary: Diary,
  nemesis: Pick<Nemesis, 'done'>,
  runMs: number,
): Promise<Figures> {
  const { rows } = await system.database.query<{ type: string | null; state: string | null; ms: string | null }>(
    'select type, state, extract(epoch from ended_at - started_at) * 1000 as ms from chaos.saga order by type, state',
  );
  const sagas: Figures['sagas'] = {};
  for (const { type, state } of rows) count((sagas[type ?? 'unknown'] ??= {}), state ?? 'unknown');
  const [deeds, answers]: Record<string, number>[] = [{}, {}];
  for (const { kind } of diary.deeds) count(deeds!, kind);
  for (const { status } of diary.sent) count(answers!, String(status ?? 'none'));
  return {
    seconds: Math.round(runMs / 1_000),
    sagas,
    disturbances: nemesis.done,
    deeds: deeds!,
    answers: answers!,
    acceptedMs: quantiles(diary.sent.filter(({ status }) => status === 202).map(({ ms }) => ms)),
    sagaMs: quantiles(rows.flatMap(({ ms }) => (ms === null ? [] : [Math.round(Number(ms))]))),
  };
}

/** The figures in lines, for people. */
export function figuresInWords(figures: Figures): string[] {
  const list = (counts: Record<string, number>) =>
    Object.entries(counts)
      .map(([name, number]) => `${name} ${number}`)
      .join(', ') || 'none';
  const spread = ({ p50, p90, p99, max }: Quantiles) => `p50 ${p50}, p90 ${p90}, p99 ${p99}, max ${max} ms`;
  const total = Object.values(figures.sagas)
    .flatMap((states) => Object.values(states))
    .reduce((sum, number) => sum + number, 0);
  return [
    `sagas: ${total} in ${figures.seconds} s`,
    ...Object.entries(figures.sagas).map(([type, states]) => `  ${type}: ${list(states)}`),
    `disturbances: ${list(figures.disturbances)}`,
    `operators: ${list(figures.deeds)}`,
    `answers: ${list(figures.answers)}`,
    `accepted after: ${spread(figures.acceptedMs)}`,
    `sagas took: ${spread(figures.sagaMs)}`,
  ];
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

function quantiles(values: readonly number[]): Quantiles {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.min(Math.floor(share * sorted.length), sorted.length - 1)] ?? 0;
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}
