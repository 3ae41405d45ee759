import type { WorkflowHandle } from '@temporalio/client';
import { benchSettings } from './bench-settings.js';
import type { CpuUse } from './bench-system.js';
import { runLoad } from '../run-load.js';
import { median, percentile, spread } from '../statistics.js';

/** One way of getting something done, once. @returns the workflow that did it, if one did. */
export type Way = () => Promise<WorkflowHandle | undefined>;

/** The measurement of one way in one round. */
export interface Sample {
  perSecond: number;
  /** As if the participants cost no CPU. */
  netPerSecond: number;
  aloneMs: number;
  loadedP50Ms: number;
  loadedP99Ms: number;
  engineCpuMs: number;
  participantsCpuMs: number;
  followersCpuMs: number;
}

const COLUMNS = [
  'way',
  'sagas/s',
  'p50 / p99 ms under load',
  'one alone, p50 ms',
  'engine CPU ms',
  'participants CPU ms',
  'history events',
];

/**
 * Compares ways to do the same on one system. They take turns within a round, in another order each round. Ratios are computed per round,
 * because a disturbance of a round affects every way.
 */
export class Comparison<Name extends string> {
  private readonly names: Name[];
  private readonly samples: Record<Name, Sample[]>;
  private readonly events = new Map<Name, number>();

  constructor(
    private readonly ways: Record<Name, Way>,
    private readonly cpu: () => CpuUse,
    private readonly settings = benchSettings('sagas'),
  ) {
    this.names = Object.keys(ways) as Name[];
    this.samples = Object.fromEntries(this.names.map((name) => [name, []])) as unknown as Record<Name, Sample[]>;
  }

  async run(): Promise<this> {
    const { rounds } = this.settings;
    for (const name of this.names) {
      const workflow = await this.ways[name]();
      if (workflow) this.events.set(name, (await workflow.describe()).historyLength);
      await runLoad({ total: 30, concurrency: 10 }, this.ways[name]); // warm
    }
    for (let round = 1; round <= rounds; round++) {
      for (const name of this.names.map((_, i) => this.names[(i + round) % this.names.length]!)) {
        this.samples[name].push(await this.measure(this.ways[name]));
      }
      console.error(`  round ${round} of ${rounds}`);
    }
    return this;
  }

  eventsOf(name: Name): number {
    return this.events.get(name) ?? 0;
  }

  of(name: Name, pick: (sample: Sample) => number): number[] {
    return this.samples[name].map(pick);
  }

  /** Round by round: how many times `b`'s figure `a`'s is. */
  ratio(a: Name, b: Name, pick: (sample: Sample) => number): number[] {
    return this.samples[a].map((sample, i) => pick(sample) / pick(this.samples[b][i]!));
  }

  /** Round by round: by how much `a`'s figure is above `b`'s. */
  difference(a: Name, b: Name, pick: (sample: Sample) => number): number[] {
    return this.samples[a].map((sample, i) => pick(sample) - pick(this.samples[b][i]!));
  }

  /** Prints the figures of every way as a Markdown table. */
  printTable(): void {
    const { rounds, total, concurrency, alone } = this.settings;
    console.log(
      `\n${rounds} rounds, ${total} sagas each with ${concurrency} under way; ${alone} one at a time. Median (lowest–highest) of the rounds.\n`,
    );
    printRow(COLUMNS);
    printRow(COLUMNS.map(() => '---'));
    for (const name of this.names) {
      const column = (pick: (sample: Sample) => number, digits?: number) => spread(this.of(name, pick), digits);
      printRow([
        name,
        column((it) => it.perSecond),
        `${column((it) => it.loadedP50Ms, 0)} / ${column((it) => it.loadedP99Ms, 0)}`,
        column((it) => it.aloneMs),
        column((it) => it.engineCpuMs),
        column((it) => it.participantsCpuMs),
        String(this.events.get(name) ?? '–'),
      ]);
    }
    console.log('');
  }

  private async measure(way: Way): Promise<Sample> {
    const { total, concurrency } = this.settings;
    const alone = await runLoad({ total: this.settings.alone, concurrency: 1 }, way);
    const before = this.cpu();
    const loaded = await runLoad({ total, concurrency }, way);
    const after = this.cpu();
    const engine = after.engine - before.engine;
    const participants = after.participants - before.participants;
    const perSecond = (total / loaded.wallMs) * 1_000;
    return {
      perSecond,
      netPerSecond: perSecond * ((engine + participants) / engine),
      aloneMs: median(alone.latencies),
      loadedP50Ms: median(loaded.latencies),
      loadedP99Ms: percentile(loaded.latencies, 0.99),
      engineCpuMs: engine / total,
      participantsCpuMs: participants / total,
      followersCpuMs: (after.followers - before.followers) / total,
    };
  }
}

/** Prints one row of a Markdown table. */
export const printRow = (cells: readonly string[]): void => console.log(`| ${cells.join(' | ')} |`);

/** Prints a figure and, if there is one, what it should be. */
export const printFigure = (what: string, figure: string, aim?: string): void =>
  console.log(`${what}: ${figure}${aim === undefined ? '' : `  (aim ${aim})`}`);
