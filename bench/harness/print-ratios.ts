import { type Comparison, printFigure, type Sample } from './comparison.js';
import { spread } from '../statistics.js';

const perSecond = (it: Sample) => it.perSecond;
const aloneMs = (it: Sample) => it.aloneMs;

/** The ways that every saga is measured against, by their names in the comparison. */
export interface Roles<Name extends string> {
  ours: Name;
  floor: Name;
  sample: Name;
  untunedSample: Name;
  bare: Name;
}

/** Prints how a saga does against its floor, against the sample's way, and against doing it without an engine. */
export function printRatios<Name extends string>(
  measured: Comparison<Name>,
  { ours, floor, sample, untunedSample, bare }: Roles<Name>,
  maxEvents: number,
): void {
  const ratio = (what: string, values: number[], aim?: string) => printFigure(what, spread(values, 2), aim);
  const net = measured.ratio(ours, floor, (it) => it.netPerSecond);
  ratio("throughput net of the participants' CPU, against the floor's", net, '≥ 0.9');
  ratio(
    "the engine's CPU, against the floor's",
    measured.ratio(ours, floor, (it) => it.engineCpuMs),
  );
  ratio("throughput against the sample's way, both on the tuned server", measured.ratio(ours, sample, perSecond), '≥ 3');
  ratio("throughput against the sample's way on a server as it comes", measured.ratio(ours, untunedSample, perSecond), '≥ 3');
  ratio('throughput against no engine', measured.ratio(ours, bare, perSecond));
  printFigure("one alone, beyond the participants' own time", `${spread(measured.difference(ours, bare, aloneMs))} ms`, '≤ 20');
  ratio("one alone, times as fast as the sample's way on the tuned server", measured.ratio(sample, ours, aloneMs));
  ratio("one alone, times as fast as the sample's way on a server as it comes", measured.ratio(untunedSample, ours, aloneMs));
  printFigure('history events on the happy path', String(measured.eventsOf(ours)), `≤ ${maxEvents}`);
}
