// `npm run bench`
import { prepareProject } from './bootstrap.mjs';

await prepareProject({ log: () => {} });
await import('../dist/bench/create-order.bench.js');
