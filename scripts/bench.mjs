// `npm run bench` runs every benchmark, and `npm run bench -- book-trip` the named ones. Each `bench/<name>.bench.ts` runs in its own
// process, so that no benchmark affects another.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { prepareProject } from './bootstrap.mjs';

const SUFFIX = '.bench.ts';
await prepareProject({ log: () => {} });
const all = readdirSync('bench')
  .filter((file) => file.endsWith(SUFFIX))
  .map((file) => file.slice(0, -SUFFIX.length));
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`There is no benchmark "${unknown.join('", "')}". There are: ${all.join(', ')}.`);
  process.exit(1);
}
for (const name of asked.length > 0 ? asked : all) {
  console.log(`\n## ${name}`);
  const { status } = spawnSync(process.execPath, [`dist/bench/${name}.bench.js`], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
