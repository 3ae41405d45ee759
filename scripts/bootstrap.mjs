// This runs before any package is installed, on any version of Node, so that an old Node can report that it is too old. It uses built-in
// modules only, by their old names, and no syntax newer than ES modules (no `?.`, no `??`, no top-level await).
import fs from 'fs';
import path from 'path';
import { compile } from './bootstrap/compiled-code.mjs';
import { nodeVersionProblem } from './bootstrap/node-version.mjs';
import { installPackages } from './bootstrap/packages.mjs';
import { generateClients } from './bootstrap/prisma-clients.mjs';
import { projectRoot } from './bootstrap/project-root.mjs';

/** Ends the process, with a line that says why, unless this Node is one that package.json allows. */
export function requireNode() {
  const wanted = JSON.parse(fs.readFileSync(path.join(projectRoot, 'package.json'), 'utf8')).engines.node;
  const problem = nodeVersionProblem(process.version, wanted);
  if (problem) {
    console.error(problem);
    process.exit(1);
  }
}

/**
 * Takes a clone, fresh or changed, to where its processes can be started: packages installed, Prisma clients generated, code
 * compiled, workflows bundled. What is up to date is left alone, so that the second time costs a fraction of a second.
 *
 * @param {{ log?: (line: string) => void, signal?: AbortSignal }} [options]
 * @returns {Promise<void>}
 * @throws {import('./bootstrap/project-error.mjs').ProjectError} saying which part failed, with the tail of what it said; the
 *   signal's reason when that aborts
 */
export async function prepareProject({ log = console.log, signal } = {}) {
  requireNode();
  process.chdir(projectRoot);
  await installPackages({ log, signal });
  await generateClients({ log, signal });
  await compile({ log, signal });
}
