// `npm run replay`: replays histories under the working tree and says where the first divergence is. docs/upgrades.md
import { prepareProject } from './bootstrap.mjs';

await prepareProject({ log: () => {} });
await import('../dist/scripts/replay.js');
