import { runLoad } from '../run-load.js';
import { median } from '../statistics.js';
import { benchSettings } from './bench-settings.js';
import type { BenchSystem } from './bench-system.js';
import { printFigure, type Way } from './comparison.js';

/** Prints what a way costs while everything that follows from it goes on beside it, as users run it: relay, read models, webhooks, mails. */
export async function printWholeSystem(what: string, way: Way, system: BenchSystem): Promise<void> {
  const { total, concurrency, alone } = benchSettings('sagas');
  await runLoad({ total: 30, concurrency: 10 }, way); // warm
  const { latencies } = await runLoad({ total: alone, concurrency: 1 }, way);
  const before = system.cpu();
  const { wallMs } = await runLoad({ total, concurrency }, way);
  const after = system.cpu();
  const ms = (of: keyof typeof before) => ((after[of] - before[of]) / total).toFixed(1);
  const rate = `${((total / wallMs) * 1_000).toFixed(1)}/s, one alone ${median(latencies).toFixed(1)} ms`;
  const use = `CPU ms each: engine ${ms('engine')}, participants and PostgreSQL ${ms('participants')}, what follows ${ms('followers')}`;
  printFigure(`${what} with everything that follows running beside it`, `${rate}; ${use}`);
}
