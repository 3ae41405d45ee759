// `npm run test:upgrades`: the slow tests of workflow upgrades. docs/testing.md says what they cover.
import { spawnSync } from 'node:child_process';
import { prepareProject } from './bootstrap.mjs';

await prepareProject();
const args = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/upgrades/vitest.config.ts', ...process.argv.slice(2)];
process.exit(spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1);
