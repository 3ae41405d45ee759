import { readdirSync } from 'node:fs';
import path from 'node:path';

/** The TypeScript files of folders, without specs, by their paths from the root of the repository. */
export const sourceFiles = (folders: readonly string[]): string[] =>
  folders
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => path.posix.join(folder, file)))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'));
