// `npm test`: takes the clone to where it can be tested, checks the sources, then tests everything on the real system.
import { spawnSync } from 'child_process';
import { prepareProject } from './bootstrap.mjs';

const run = (command, args) => spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' }).status ?? 1;

try {
  await prepareProject();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
if (run('npm', ['run', '--silent', 'check:static']) !== 0) {
  console.log('The static checks failed; the tests were not run.\n0 passed, 1 failed');
  process.exit(1);
}
process.exitCode = run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)]);
