import { compareVersions } from '../../versions/compare-versions.js';
import { runQuietly } from './run-quietly.js';

/**
 * The oldest server that a Temporal CLI may hold: the one that everything here is tested with. An older one cannot open what this one has
 * written. The CLI's own version says less: one that was built from its source calls itself 0.0.0-DEV.
 */
export const OLDEST_TEMPORAL_SERVER = '1.29.1';

/** @returns what an executable says of itself, such as `1.5.1 (Server 1.29.1, UI 2.42.1)`, or why it cannot be used. */
export async function temporalVersion(executable: string): Promise<{ version: string } | { reason: string }> {
  const version = await selfDescription(executable);
  if (version === undefined) return { reason: `${executable} does not run, or is another program` };
  const server = /\(Server (\d+\.\d+\.\d+)/.exec(version)?.[1];
  if (server === undefined || compareVersions(server, OLDEST_TEMPORAL_SERVER) < 0) {
    return { reason: `${executable} is too old: version ${version}, and Server ${OLDEST_TEMPORAL_SERVER} or later is needed` };
  }
  return { version };
}

async function selfDescription(executable: string): Promise<string | undefined> {
  try {
    return /^temporal version (.*)$/m.exec(await runQuietly(executable, ['--version'], { withinMs: 10_000 }))?.[1];
  } catch {
    return undefined;
  }
}
