import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { givenEnvironment, readSettings } from '../libs/config/settings.js';
import { findTemporal, temporalSources } from '../libs/embedded/temporal-sources/find-temporal.js';

/** How long the search for the CLI takes before it prints where it has searched. */
const SILENT_MS = 2_000;

/**
 * Runs the Temporal CLI on the server that the processes use: TEMPORAL_ADDRESS, or the one of the embedded default. Arguments such as
 * `--namespace` outweigh the settings.
 *
 * @returns the CLI's exit code.
 * @throws EmbeddedSystemError when the CLI is not there and cannot be had.
 */
export async function temporal(args: readonly string[], log: (line: string) => void): Promise<number> {
  const settings = readSettings('TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE', 'EMBEDDED_TEMPORAL_PORT');
  const executable = await find(log);
  // Ctrl-C goes to the CLI as well, which ends when it is ready to.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
  const cli = spawn(executable, args, {
    stdio: 'inherit',
    env: {
      ...givenEnvironment(), // TEMPORAL_API_KEY and TEMPORAL_TLS are called the same there
      TEMPORAL_ADDRESS: settings.TEMPORAL_ADDRESS ?? `127.0.0.1:${settings.EMBEDDED_TEMPORAL_PORT}`,
      TEMPORAL_NAMESPACE: settings.TEMPORAL_NAMESPACE,
    },
  });
  const [code] = (await once(cli, 'exit')) as [number | null];
  return code ?? 1;
}

/** Silently, unless it has to be downloaded or built. */
async function find(log: (line: string) => void): Promise<string> {
  const held: string[] = [];
  let say = (line: string): void => void held.push(line);
  const slow = setTimeout(() => {
    held.forEach(log);
    say = log;
  }, SILENT_MS);
  try {
    return await findTemporal(temporalSources(givenEnvironment()), { log: (line) => say(line) });
  } finally {
    clearTimeout(slow);
  }
}
