import { mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { givenEnvironment } from '../../config/settings.js';
import type { ExecutableSource } from './executable-source.js';
import { runQuietly } from './run-quietly.js';
import { temporalVersion } from './temporal-version.js';

/** Later versions cannot be installed so: their modules replace others. */
export const TEMPORAL_CLI_VERSION = '1.5.1';

const WITHIN_MS = 30 * 60_000;
const HEARTBEAT_MS = 15_000;

/** Builds the CLI from its source, which Go gets from its module proxy, into `folder`. Once; takes about 3 minutes on two cores. */
export function goInstall(folder: string): ExecutableSource {
  const module = `github.com/temporalio/cli/cmd/temporal@v${TEMPORAL_CLI_VERSION}`;
  return {
    name: 'go install',
    advice: `install Go (https://go.dev/dl), which then builds ${module}`,
    async find({ log, signal }) {
      try {
        await runQuietly('go', ['version'], { withinMs: 10_000, signal });
      } catch (error) {
        signal?.throwIfAborted();
        return { reason: `go does not run: ${(error as Error).message}` };
      }
      log(`temporal: building it with go install ${module}; about 3 minutes, this once`);
      const startedAt = performance.now();
      const seconds = () => `${Math.round((performance.now() - startedAt) / 1000)} s`;
      const heartbeat = setInterval(() => log(`temporal: still building (${seconds()})`), HEARTBEAT_MS);
      const building = path.join(folder, `building-${process.pid}`);
      try {
        mkdirSync(building, { recursive: true });
        await runQuietly('go', ['install', module], {
          environment: { ...givenEnvironment(), GOBIN: building },
          withinMs: WITHIN_MS,
          killSignal: 'SIGINT', // on which Go ends the compilers that it has started
          signal,
        });
        const name = process.platform === 'win32' ? 'temporal.exe' : 'temporal';
        const built = path.join(folder, name);
        renameSync(path.join(building, name), built);
        const is = await temporalVersion(built);
        if ('reason' in is) return is;
        log(`temporal: built ${built} in ${seconds()}, ${is.version}`);
        return { path: built };
      } catch (error) {
        signal?.throwIfAborted();
        return { reason: (error as Error).message };
      } finally {
        clearInterval(heartbeat);
        rmSync(building, { recursive: true, force: true });
      }
    },
  };
}
