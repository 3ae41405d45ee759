import fs from 'fs';
import path from 'path';
import { contentHash } from './content-hash.mjs';
import { projectRoot } from './project-root.mjs';
import { runTool } from './run-tool.mjs';

const schemaOf = (folder) => path.join('prisma', folder, 'schema.prisma');
const stampOf = (folder) => path.join(projectRoot, 'generated', folder, '.made-of');

/** The inputs of a client: its schema and this version of Prisma. */
const originOf = (folder) => contentHash(projectRoot, [schemaOf(folder), 'node_modules/prisma/package.json'], () => true);

/**
 * Generates a Prisma client from each `prisma/<folder>/schema.prisma` into `generated/<folder>`, unless it was made of the same
 * schema by the same Prisma. Clients of folders that are gone are removed.
 *
 * @param {{ log: (line: string) => void, signal?: AbortSignal }} options
 */
export async function generateClients({ log, signal }) {
  const startedAt = Date.now();
  const folders = foldersIn('prisma').filter((name) => fs.existsSync(path.join(projectRoot, schemaOf(name))));
  for (const name of foldersIn('generated')) {
    if (!folders.includes(name)) fs.rmSync(path.join(projectRoot, 'generated', name), { recursive: true });
  }
  const outdated = folders.filter(
    (folder) => !fs.existsSync(stampOf(folder)) || fs.readFileSync(stampOf(folder), 'utf8') !== originOf(folder),
  );
  if (outdated.length === 0) return;

  const queue = outdated.slice();
  const takeFromQueue = async () => {
    for (let folder = queue.shift(); folder; folder = queue.shift()) await generate(folder, signal);
  };
  await Promise.all([takeFromQueue(), takeFromQueue()]); // each is a Node process of its own: not all at once
  log(`prisma clients: generated ${outdated.join(', ')} in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
}

async function generate(folder, signal) {
  await runTool({
    what: `prisma generate (${folder})`,
    command: process.execPath,
    args: ['node_modules/prisma/build/index.js', 'generate', '--no-hints'],
    // No call home: a machine that reaches registries only must not wait for one.
    environment: { PRISMA_FOLDER: folder, CHECKPOINT_DISABLE: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1' },
    signal,
  });
  fs.writeFileSync(stampOf(folder), originOf(folder));
}

function foldersIn(parent) {
  const at = path.join(projectRoot, parent);
  if (!fs.existsSync(at)) return [];
  const entries = fs.readdirSync(at, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}
