// `npm run release -- build`: writes a release. docs/upgrades.md
import { prepareProject } from './bootstrap.mjs';

await prepareProject({ log: () => {} });
await import('../dist/scripts/release.js');
