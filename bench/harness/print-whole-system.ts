import { benchSettings } from './bench-settings.js';
import type { BenchSystem } from './bench-system.js';
import { Comparison, printFigure, type Sample, type Way } from './comparison.js';

/** Prints the cost of a way on the whole system, with relay, read models, webhooks and mails, as users run it. */
export async function printWholeSystem(what: string, way: Way, system: BenchSystem): Promise<void> {
  const once = { ...benchSettings('sagas'), rounds: 1 };
  const measured = await new Comparison({ [what]: way }, () => system.cpu(), once).run();
  const figure = (pick: (sample: Sample) => number) => measured.of(what, pick)[0]!.toFixed(1);
  const rate = `${figure((it) => it.perSecond)}/s, one alone ${figure((it) => it.aloneMs)} ms`;
  const engine = figure((it) => it.engineCpuMs);
  const participants = figure((it) => it.participantsCpuMs);
  const followers = figure((it) => it.followersCpuMs);
  const use = `CPU ms each: engine ${engine}, participants and PostgreSQL ${participants}, what follows ${followers}`;
  printFigure(`${what} with everything that follows running beside it`, `${rate}; ${use}`);
}
