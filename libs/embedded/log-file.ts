import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync } from 'node:fs';

const TAIL_BYTES = 8 * 1024;

/** Makes room for a new log. Keeps only the log of the last start, as `<file>.previous`. */
export function rotateLog(file: string): void {
  if (existsSync(file)) renameSync(file, `${file}.previous`);
}

/** The last lines of a log, for an error message: up to `lines` of the last 8 KiB. Empty when there is no log. */
export function tailOfLog(file: string, lines = 20): string {
  if (!existsSync(file)) return '';
  const log = openSync(file, 'r');
  try {
    const { size } = fstatSync(log);
    const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(log, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString('utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } finally {
    closeSync(log);
  }
}
