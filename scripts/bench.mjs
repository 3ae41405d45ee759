// `npm run bench`: what createOrder costs. `npm run bench -- hooks`: what webhooks cost.
import { prepareProject } from './bootstrap.mjs';

const benches = { 'create-order': '../dist/bench/create-order.bench.js', hooks: '../dist/bench/hooks.bench.js' };
const [name = 'create-order'] = process.argv.slice(2);
if (!Object.hasOwn(benches, name)) {
  console.error(`There is no benchmark ${name}; there are ${Object.keys(benches).join(', ')}.`);
  process.exit(1);
}
await prepareProject({ log: () => {} });
await import(benches[name]);
