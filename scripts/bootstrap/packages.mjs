import fs from 'fs';
import path from 'path';
import { projectRoot } from './project-root.mjs';
import { runTool } from './run-tool.mjs';

const readPackages = (file) => JSON.parse(fs.readFileSync(path.join(projectRoot, file), 'utf8')).packages;

/**
 * Whether node_modules holds what package-lock.json asks for, by the record that npm keeps there when an install has ended.
 * Packages for other platforms are optional, so optional ones are left out of the comparison.
 *
 * @returns {boolean}
 */
function areInstalled() {
  const record = 'node_modules/.package-lock.json';
  if (!fs.existsSync(path.join(projectRoot, record))) return false;
  const installed = readPackages(record);
  return Object.entries(readPackages('package-lock.json')).every(
    ([folder, wanted]) =>
      folder === '' || wanted.optional || (installed[folder] !== undefined && installed[folder].version === wanted.version),
  );
}

/**
 * Installs what package-lock.json says, development tools included (they compile the project), unless it is there. No package's
 * install script is run: none is needed.
 *
 * @param {{ log: (line: string) => void, signal?: AbortSignal }} options
 */
export async function installPackages({ log, signal }) {
  if (areInstalled()) return;
  log('packages: installing with npm ci, about a minute');
  const startedAt = Date.now();
  try {
    await npm('ci', [], signal);
  } catch (error) {
    // A registry that lacks packages for other platforms makes lockfiles without them, which npm ci then calls out of sync.
    if (!/EUSAGE/.test(error.message)) throw error;
    log(
      'packages: npm ci says that package-lock.json does not fit package.json; trying npm install, which leaves both as they are',
    );
    await npm('install', ['--no-save'], signal);
  }
  log(`packages: installed in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
}

function npm(command, flags, signal) {
  const args = [command].concat(flags, '--ignore-scripts', '--no-audit', '--no-fund', '--include=dev', '--include=optional');
  // Started by npm, this very npm does it; else the one on PATH.
  const itself = process.env.npm_execpath;
  return runTool({
    what: `npm ${command}`,
    command: itself ? process.execPath : 'npm',
    args: itself ? [itself].concat(args) : args,
    environment: { NODE_ENV: 'development' },
    signal,
  });
}
