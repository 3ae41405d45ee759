import { homedir } from 'node:os';
import path from 'node:path';
import type { Environment } from '../../config/settings.js';
import { EmbeddedSystemError } from '../embedded-system.error.js';
import type { ExecutableSource, SearchContext } from './executable-source.js';
import { goInstall, TEMPORAL_CLI_VERSION } from './go-install.source.js';
import { inCache } from './in-cache.source.js';
import { onPath } from './on-path.source.js';
import { sdkDownload } from './sdk-download.source.js';

/** The ways to a `temporal` executable, the cheapest first. */
export function temporalSources(environment: Environment): ExecutableSource[] {
  const cache = path.join(environment['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'roundtrip');
  const built = path.join(cache, `temporal-cli-${TEMPORAL_CLI_VERSION}`);
  const downloaded = path.join(cache, 'temporal-sdk-download');
  return [onPath(environment['PATH'] ?? ''), inCache([built, downloaded]), sdkDownload(downloaded), goInstall(built)];
}

/**
 * Tries one source after the other.
 *
 * @returns the path of the first executable that is found.
 * @throws EmbeddedSystemError if no source has one, with every source, why it failed, and the remedy.
 */
export async function findTemporal(sources: readonly ExecutableSource[], context: SearchContext): Promise<string> {
  const failed: string[] = [];
  for (const source of sources) {
    context.signal?.throwIfAborted();
    const result = await source.find(context);
    if ('path' in result) return result.path;
    const [why = ''] = result.reason.split('\n');
    context.log(`temporal: ${source.name}: ${why.slice(0, 160)}`);
    failed.push(`  ${source.name}: ${why.slice(0, 300)}\n    -> ${source.advice}`);
  }
  throw new EmbeddedSystemError(
    'There is no Temporal server to start. Make one of these ways work, or name a server that is running: TEMPORAL_ADDRESS=host:port\n' +
      failed.join('\n'),
  );
}
