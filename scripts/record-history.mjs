// `npm run history:record -- --saga <id> --scenario <name>`
import { prepareProject } from './bootstrap.mjs';

await prepareProject({ log: () => {} });
await import('../dist/scripts/record-history.js');
