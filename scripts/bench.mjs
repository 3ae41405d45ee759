// `npm run bench`, or `npm run bench -- relay`: the benchmark of that name in bench/
import { existsSync } from 'node:fs';
import { prepareProject } from './bootstrap.mjs';

const name = process.argv[2] ?? 'create-order';
if (!/^[a-z-]+$/.test(name) || !existsSync(new URL(`../bench/${name}.bench.ts`, import.meta.url))) {
  console.error(`There is no benchmark ${name}; bench/*.bench.ts are the ones that there are.`);
  process.exit(1);
}
await prepareProject({ log: () => {} });
await import(`../dist/bench/${name}.bench.js`);
