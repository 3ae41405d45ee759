import { runQuietly } from './run-quietly.js';

/** What an executable says of itself, such as `1.5.1 (Server 1.29.1, UI 2.42.1)`; undefined when it is not Temporal's CLI. */
export async function temporalVersion(executable: string): Promise<string | undefined> {
  try {
    return /^temporal version (.*)$/m.exec(await runQuietly(executable, ['--version'], { withinMs: 10_000 }))?.[1];
  } catch {
    return undefined;
  }
}
