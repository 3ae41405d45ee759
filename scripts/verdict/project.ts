import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { buildIdOf } from '../../libs/releases/release.js';
import type { Bundle } from '../../libs/replay/listen.js';

/** Where a verdict finds everything. */
export interface Project {
  releases: string;
  histories: string;
  /** The version in package.json: new histories are recorded under it. */
  version: string;
  /** The bundle of the working tree. */
  bundle: Bundle;
}

export interface VerdictContext {
  /** The folder of package.json. */
  root: string;
  print: (line: string) => void;
  /** Who accepts. */
  person: () => string;
}

/** Reads the project in a folder. @throws Error when it is not built. */
export function readProject(root: string): Project {
  const file = path.join(root, 'dist/workflow-bundle.js');
  if (!existsSync(file)) throw new Error(`There is no workflow bundle at ${file}. Run: npm run build`);
  const code = readFileSync(file, 'utf8');
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
  return {
    releases: path.join(root, 'releases'),
    histories: path.join(root, 'test/replay/histories'),
    version,
    bundle: { label: `the working tree (${buildIdOf(code)})`, code },
  };
}
