import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { sha256 } from '../../libs/releases/release.js';

const root = mkdtempSync(path.join(tmpdir(), 'roundtrip-hash-'));
afterAll(() => rmSync(root, { recursive: true }));

/** What ends in a bundle, or finds it by its own place. Other packages may be shared: no path of theirs is in a bundle. */
const bundledPackages = ['@temporalio', 'long', 'ms', 'nexus-rpc', 'protobufjs', '@protobufjs'];

/** Bundles a copy of the compiled workflows in a folder of its own, with the script that the build uses. */
function bundleIn(folder: string): string {
  const copy = path.join(root, folder);
  // Sources are read for the source map.
  for (const made of [
    'workflows',
    'contracts',
    'dist/workflows',
    'dist/contracts',
    'scripts/bootstrap',
    'scripts/bundle-workflows.mjs',
    'package.json',
  ])
    cpSync(made, path.join(copy, made), { recursive: true });
  mkdirSync(path.join(copy, 'node_modules'));
  const share = (name: string) =>
    symlinkSync(path.resolve('node_modules', name), path.join(copy, 'node_modules', name), 'junction');
  for (const name of readdirSync('node_modules')) {
    if (bundledPackages.includes(name))
      cpSync(path.resolve('node_modules', name), path.join(copy, 'node_modules', name), {
        recursive: true,
        filter: (file) => !file.includes('core-bridge'),
      });
    else share(name);
  }
  share('@temporalio/core-bridge');
  execFileSync(process.execPath, ['scripts/bundle-workflows.mjs'], { cwd: copy });
  return readFileSync(path.join(copy, 'dist/workflow-bundle.js'), 'utf8');
}

it('is the same in any folder, so one commit is one build', () => {
  const [here, there] = [bundleIn('a'), bundleIn('a-folder-with-a-much-longer-name/and/deeper')];
  expect(sha256(there)).toBe(sha256(here));
  expect(sha256(here), 'what npm run build made').toBe(sha256(readFileSync('dist/workflow-bundle.js', 'utf8')));
});
