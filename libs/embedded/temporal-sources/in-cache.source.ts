import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { ExecutableSource } from './executable-source.js';
import { temporalVersion } from './temporal-version.js';

/** The executable that an earlier start has built or downloaded. */
export function inCache(folders: readonly [string, ...string[]]): ExecutableSource {
  return {
    name: 'temporal CLI in the cache',
    advice: `put the executable at ${path.join(folders[0], 'temporal')}`,
    async find({ log }) {
      const candidates = folders.flatMap((folder) =>
        existsSync(folder) ? readdirSync(folder).map((name) => path.join(folder, name)) : [],
      );
      for (const file of candidates.filter((file) => path.basename(file).startsWith('temporal'))) {
        const is = await temporalVersion(file);
        if ('reason' in is) continue;
        log(`temporal: using ${file}, version ${is.version}`);
        return { path: file };
      }
      return { reason: 'there is none yet' };
    },
  };
}
