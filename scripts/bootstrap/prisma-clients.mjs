import fs from 'fs';
import path from 'path';
import { contentHash } from './content-hash.mjs';
import { projectRoot } from './project-root.mjs';
import { runTool } from './run-tool.mjs';

const schemaOf = (service) => path.join('prisma', service, 'schema.prisma');
const stampOf = (service) => path.join(projectRoot, 'generated', service, '.made-of');

/** The inputs of a client: its schema and this version of Prisma. */
const originOf = (service) => contentHash(projectRoot, [schemaOf(service), 'node_modules/prisma/package.json'], () => true);

/**
 * Generates each service's Prisma client from `prisma/<service>/schema.prisma` into `generated/<service>`, unless it was made of
 * the same schema by the same Prisma. Clients of services that are gone are removed.
 *
 * @param {{ log: (line: string) => void, signal?: AbortSignal }} options
 */
export async function generateClients({ log, signal }) {
  const startedAt = Date.now();
  const services = foldersIn('prisma').filter((name) => fs.existsSync(path.join(projectRoot, schemaOf(name))));
  for (const name of foldersIn('generated')) {
    if (!services.includes(name)) fs.rmSync(path.join(projectRoot, 'generated', name), { recursive: true });
  }
  const outdated = services.filter(
    (service) => !fs.existsSync(stampOf(service)) || fs.readFileSync(stampOf(service), 'utf8') !== originOf(service),
  );
  if (outdated.length === 0) return;

  const queue = outdated.slice();
  const takeFromQueue = async () => {
    for (let service = queue.shift(); service; service = queue.shift()) await generate(service, signal);
  };
  await Promise.all([takeFromQueue(), takeFromQueue()]); // each is a Node process of its own: not all at once
  log(`prisma clients: generated ${outdated.join(', ')} in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
}

async function generate(service, signal) {
  await runTool({
    what: `prisma generate (${service})`,
    command: process.execPath,
    args: ['node_modules/prisma/build/index.js', 'generate', '--no-hints'],
    // No call home: a machine that reaches registries only must not wait for one.
    environment: { SERVICE: service, CHECKPOINT_DISABLE: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1' },
    signal,
  });
  fs.writeFileSync(stampOf(service), originOf(service));
}

function foldersIn(folder) {
  const at = path.join(projectRoot, folder);
  if (!fs.existsSync(at)) return [];
  const entries = fs.readdirSync(at, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}
