import fs from 'fs';
import path from 'path';
import { contentHash } from './content-hash.mjs';
import { projectRoot } from './project-root.mjs';
import { runTool } from './run-tool.mjs';

const STAMP = path.join(projectRoot, 'dist', '.made-of.json');

/**
 * Compiles the project into `dist/`, bundles its apps into `dist/bundled/` and its workflows into `dist/workflow-bundle.js`; each
 * only if what it is made of has changed since.
 *
 * @param {{ log: (line: string) => void, signal?: AbortSignal }} options
 */
export async function compile({ log, signal }) {
  const before = fs.existsSync(STAMP) ? JSON.parse(fs.readFileSync(STAMP, 'utf8')) : {};
  const sources = hashOfSources();
  if (before.sources !== sources) {
    await timed(log, 'code: compiled', () =>
      runTool({
        what: 'The TypeScript compiler',
        command: process.execPath,
        args: ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'],
        signal,
      }),
    );
  }
  const apps = contentHash(projectRoot, ['scripts/bundle-apps.mjs']);
  if (before.sources !== sources || before.apps !== apps || !fs.existsSync(path.join(projectRoot, 'dist', 'bundled'))) {
    await timed(log, 'apps: bundled', () =>
      runTool({ what: 'Bundling the apps', command: process.execPath, args: ['scripts/bundle-apps.mjs'], signal }),
    );
  }
  const workflows = hashOfWorkflows();
  if (before.workflows !== workflows || !fs.existsSync(path.join(projectRoot, 'dist', 'workflow-bundle.js'))) {
    await timed(log, 'workflows: bundled', () =>
      runTool({ what: 'Bundling the workflows', command: process.execPath, args: ['scripts/bundle-workflows.mjs'], signal }),
    );
  }
  fs.writeFileSync(STAMP, JSON.stringify({ sources, apps, workflows }));
}

function hashOfSources() {
  const folders = JSON.parse(fs.readFileSync(path.join(projectRoot, 'tsconfig.build.json'), 'utf8')).include;
  const files = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];
  return contentHash(
    projectRoot,
    files.concat(folders),
    (name) => /\.(ts|mts|json)$/.test(name) && !/\.(spec|test)\.ts$/.test(name),
  );
}

/** Workflows import workflow code, contracts and Temporal's packages, and nothing else (.dependency-cruiser.cjs). */
function hashOfWorkflows() {
  const files = ['package-lock.json', 'scripts/bundle-workflows.mjs', 'dist/workflows', 'dist/contracts'];
  return contentHash(projectRoot, files, (name) => name.endsWith('.js'));
}

async function timed(log, what, work) {
  const startedAt = Date.now();
  await work();
  log(`${what} in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
}
