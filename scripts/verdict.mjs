// `npm run verdict`: compares the working tree with a release, or with the open runs of a server. docs/upgrades.md
import { prepareProject } from './bootstrap.mjs';

await prepareProject({ log: () => {} });
await import('../dist/scripts/verdict.js');
