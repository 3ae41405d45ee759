import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { ExecutableSource } from './executable-source.js';
import { temporalVersion } from './temporal-version.js';

/** What an earlier start has built or downloaded. */
export function inCache(folders: readonly string[]): ExecutableSource {
  return {
    way: `the cache (${folders.join(', ')})`,
    async find({ log }) {
      const candidates = folders.flatMap((folder) => (existsSync(folder) ? readdirSync(folder).map((name) => path.join(folder, name)) : []));
      for (const file of candidates.filter((file) => path.basename(file).startsWith('temporal'))) {
        const version = await temporalVersion(file);
        if (!version) continue;
        log(`temporal: using ${file}, version ${version}`);
        return { path: file };
      }
      return { reason: 'it is not there yet' };
    },
  };
}
