// `npm run check:static`: everything that can be said of the sources without running them. All at once: some of the tools use one core only.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const checks = ['format:check', 'lint', 'typecheck', 'deps:check', 'dead-code', 'prose'];

/** @returns {Promise<boolean>} whether it found nothing wrong; what it said is printed in one piece. */
async function passes(check) {
  const child = spawn('npm', ['run', '--silent', check], {
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => said.push(data));
  const [code] = await once(child, 'close');
  console.log(`${check}: ${code === 0 ? 'passed' : 'failed'}\n${Buffer.concat(said).toString().trim()}`);
  return code === 0;
}

const passed = await Promise.all(checks.map(passes));
process.exitCode = passed.every(Boolean) ? 0 : 1;
