import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const MOST = 25;
/** Pino's number for `error`. */
const ERROR_LEVEL = 50;

/** The error in a log line, without the numbers in which equal errors differ; undefined for any other line. */
function errorIn(line: string): string | undefined {
  if (!line.startsWith('{"level":')) return undefined;
  try {
    const { level, service, msg, err } = JSON.parse(line) as {
      level: number;
      service?: string;
      msg?: string;
      err?: { type?: string; message?: string };
    };
    if (level < ERROR_LEVEL) return undefined;
    const said = (err?.message ?? msg ?? '').split('\n')[0] ?? '';
    return `${service}: ${err?.type ?? 'error'}: ${said.replaceAll(/[\da-f]{8}-[\da-f-]{27}|\d+/g, '#').slice(0, 200)}`;
  } catch {
    return undefined; // cut off by a kill
  }
}

/** The logged errors of a system with their counts, the most frequent first. They explain a 5xx that a test got. */
export function loggedErrors(folder: string): string[] {
  const counts = new Map<string, number>();
  for (const name of readdirSync(folder)) {
    for (const line of readFileSync(path.join(folder, name), 'utf8').split('\n')) {
      const error = errorIn(line);
      if (error !== undefined) counts.set(error, (counts.get(error) ?? 0) + 1);
    }
  }
  return [...counts]
    .toSorted(([, one], [, other]) => other - one)
    .slice(0, MOST)
    .map(([error, count]) => `${count} x ${error}`);
}
