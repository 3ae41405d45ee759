import { execFile } from 'node:child_process';
import type { Environment } from '../../config/settings.js';

export interface QuietRun {
  environment?: Environment;
  withinMs: number;
  /** Default SIGKILL. */
  killSignal?: NodeJS.Signals;
  signal?: AbortSignal | undefined;
}

/**
 * Runs a program to its end. Kills it after the timeout, or when `signal` aborts.
 *
 * @returns its standard output.
 * @throws Error with the end of its standard error; the signal's reason if it aborts.
 */
export function runQuietly(
  command: string,
  args: string[],
  { environment, withinMs, killSignal = 'SIGKILL', signal }: QuietRun,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { timeout: withinMs, killSignal, maxBuffer: 64 * 1024 * 1024, signal, env: environment } as const;
    execFile(command, args, options, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      if (signal?.aborted) return reject(signal.reason as Error);
      const said = stderr.trim().split('\n').slice(-5).join('\n');
      reject(new Error(error.killed ? `not finished within ${withinMs / 1000} s` : said || error.message, { cause: error }));
    });
  });
}
