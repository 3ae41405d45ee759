// `npm run test:planted [-- name …]`: plants one bug after the other in a copy of this tree, and runs the test that has to turn red.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { prepareProject } from './bootstrap.mjs';
import { projectRoot } from './bootstrap/project-root.mjs';
import { readPlantedBugs, verdict } from './planted/planted-bugs.mjs';

const TEST_MS = 10 * 60_000;

await prepareProject({ log: () => {} });
const named = process.argv.slice(2);
const all = readPlantedBugs(projectRoot);
const unknown = named.filter((name) => !all.some((bug) => bug.name === name));
if (unknown.length > 0) {
  console.error(`There is no planted bug ${unknown.join(', ')}; there are: ${all.map(({ name }) => name).join(', ')}.`);
  process.exit(1);
}
const bugs = named.length > 0 ? all.filter(({ name }) => named.includes(name)) : all;
const startedAt = Date.now();
// Outside the project: within it `git apply` would take the paths of the patches for others.
const copy = mkdtempSync(path.join(tmpdir(), 'roundtrip-planted-'));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
process.on('exit', () => rmSync(copy, { recursive: true, force: true }));

copyTree();
const green = new Set();
let caught = 0;
for (const bug of bugs) {
  const from = Date.now();
  const outcome = outcomeOf(bug);
  if (outcome === 'caught') caught += 1;
  const seconds = Math.round((Date.now() - from) / 1_000);
  console.log(`${outcome.padEnd(8)} ${bug.name} in ${seconds} s: ${bug.guarantee}\n         by ${bug.file} > ${bug.test}`);
}
console.log(`caught ${caught} of ${bugs.length} in ${((Date.now() - startedAt) / 60_000).toFixed(1)} minutes`);
process.exitCode = caught === bugs.length ? 0 : 1;

/** Everything that is tracked or could be, with what was made of it; packages are shared. */
function copyTree() {
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: projectRoot,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  for (const file of files.split('\0').filter((file) => file && existsSync(path.join(projectRoot, file)))) {
    mkdirSync(path.dirname(path.join(copy, file)), { recursive: true });
    cpSync(path.join(projectRoot, file), path.join(copy, file));
  }
  for (const made of ['generated', 'dist']) cpSync(path.join(projectRoot, made), path.join(copy, made), { recursive: true });
  symlinkSync(path.join(projectRoot, 'node_modules'), path.join(copy, 'node_modules'), 'junction');
}

/** A test that is red by itself, or absent, has caught nothing. */
function outcomeOf(bug) {
  const key = `${bug.file} ${bug.test}`;
  if (!green.has(key)) {
    const before = run(bug);
    if (before !== 'green') return `${before} before`;
    green.add(key);
  }
  git('apply', bug.patch);
  try {
    const after = run(bug);
    return after === 'red' ? 'caught' : after === 'green' ? 'MISSED' : 'BROKEN';
  } finally {
    git('apply', '--reverse', bug.patch);
  }
}

function git(...args) {
  execFileSync('git', args, { cwd: copy, stdio: 'inherit' });
}

function run({ project, file, test }) {
  const report = path.join(copy, 'report.json');
  rmSync(report, { force: true });
  const pattern = test.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  const args = [
    'run',
    '--project',
    project,
    file,
    '--testNamePattern',
    pattern,
    '--retry',
    '0',
    '--reporter',
    'json',
    '--outputFile',
    report,
  ];
  spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', ...args], {
    cwd: copy,
    stdio: 'ignore',
    timeout: TEST_MS,
    env: { ...process.env, TEST_SYSTEMS: '1' },
  });
  return existsSync(report) ? verdict(JSON.parse(readFileSync(report, 'utf8')), test) : 'absent';
}
