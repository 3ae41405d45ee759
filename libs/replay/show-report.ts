import { isDuration, type Value } from './compare.js';
import type { Divergence } from './divergence.js';
import type { FoundDifference, Report, ReportKind } from './judge.js';

export interface ShowOptions {
  /** Shows texts. Otherwise a text of a run shows as its length, as arguments hold names and addresses. */
  showValues: boolean;
  /** The code of both bundles: a text that is written in it is no one's data. */
  code: string;
}

/** Shows a value. Numbers, durations, names of the run's own fields, and texts that are written in the code show as they are. */
export function showValue(value: Value, { showValues, code }: ShowOptions): string {
  if (value === undefined) return '–';
  if (isDuration(value)) return showDuration(value.ms);
  if (typeof value !== 'string') return String(value);
  if (showValues || /^(\{\}|\[\]|\{input\.[\w.]+\})$/.test(value) || isWrittenIn(code, value)) return value;
  const withId = /^\{workflow id\}[/\w-]*$/.exec(value)?.[0];
  return withId ?? `text of ${value.length}`;
}

const isWrittenIn = (code: string, text: string): boolean =>
  /^[\w -]{2,60}$/.test(text) && (code.includes(`'${text}'`) || code.includes(`"${text}"`));

function showDuration(ms: number): string {
  if (ms < 1_000 || ms % 1_000 !== 0) return `${ms} ms`;
  const seconds = ms / 1_000;
  return seconds % 60 === 0 && seconds > 60 ? `${seconds / 60} min` : `${seconds} s`;
}

/** The tables of a report, without its first and last line. */
export function showReport(report: Report, options: ShowOptions): string[] {
  return [
    ...showDifferences(report.differences, options),
    ...report.breaks.flatMap(({ workflow, name, runs, of, divergence }) => [
      `  ${workflow} breaks in ${runs} of ${of} runs; the first is ${name}:`,
      ...showDivergence(divergence).map((line) => `    ${line}`),
    ]),
    ...report.unchecked.map(
      ({ place, runs, because }) => `  unchecked: ${place}${runs > 1 ? ` (${runs} runs)` : ''}: ${because}`,
    ),
  ];
}

/** A divergence as lines: event, expected, found, place, reason. */
export const showDivergence = ({ event, expected, found, at, because }: Divergence): string[] => [
  `event     ${event}`,
  `expected  ${expected}`,
  `found     ${found}`,
  `at        ${at ?? 'not known'}`,
  `because   ${because}`,
];

function showDifferences(differences: readonly FoundDifference[], options: ShowOptions): string[] {
  if (differences.length === 0) return [];
  const rows = differences.map((one) => {
    const [old, now] = [showValue(one.old, options), showValue(one.new, options)];
    const runs = `${one.runs} of ${one.of}${one.accepted ? ', accepted' : ''}`;
    return [one.workflow, one.step, one.path, old, old === now ? `another ${now}` : now, runs];
  });
  const all = [['workflow', 'step', 'what', 'old', 'new', 'runs'], ...rows];
  const widths = all[0]!.map((_head, column) => Math.max(...all.map((row) => row[column]!.length)));
  return all.map(
    (row) =>
      `  ${row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd()}`,
  );
}

/** 0 same or accepted, 1 breaks, 2 differs, 3 unchecked. */
export const exitStatusOf = (kind: ReportKind): number => ({ same: 0, accepted: 0, breaks: 1, differs: 2, unchecked: 3 })[kind];
