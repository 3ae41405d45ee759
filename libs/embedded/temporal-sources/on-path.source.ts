import { existsSync } from 'node:fs';
import path from 'node:path';
import type { ExecutableSource } from './executable-source.js';
import { temporalVersion } from './temporal-version.js';

/** The installed CLI: the first `temporal` on the search path. */
export function onPath(searchPath: string): ExecutableSource {
  const name = process.platform === 'win32' ? 'temporal.exe' : 'temporal';
  return {
    name: 'temporal CLI on PATH',
    advice: 'install the Temporal CLI (https://docs.temporal.io/cli#install)',
    async find({ log }) {
      const found = searchPath
        .split(path.delimiter)
        .map((folder) => path.join(folder, name))
        .find((file) => path.isAbsolute(file) && existsSync(file));
      if (!found) return { reason: 'there is none' };
      const is = await temporalVersion(found);
      if ('reason' in is) return is;
      log(`temporal: using ${found}, version ${is.version}`);
      return { path: found };
    },
  };
}
