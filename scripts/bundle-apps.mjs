// Bundles each compiled app with the packages that it imports. A service has about 1,600 modules, and reading each file is most of its
// start-up time. Tests and scripts import the unbundled output of tsc.
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { rolldown } from 'rolldown';
import { projectRoot } from './bootstrap/project-root.mjs';

const apps = readdirSync(path.join(projectRoot, 'dist/apps')).filter((app) =>
  existsSync(path.join(projectRoot, 'dist/apps', app, 'main.js')),
);
const bundle = await rolldown({
  cwd: projectRoot,
  platform: 'node',
  input: Object.fromEntries(apps.map((app) => [`apps/${app}/main`, `dist/apps/${app}/main.js`])),
  // These load native or WebAssembly code, or threads, from files beside their own.
  external: [/^@temporalio\//, /^@platformatic\/kafka$/],
  // Nest and others look for packages that need not be there, and do without them.
  onLog: (level, log, print) => log.code === 'UNRESOLVED_IMPORT' || print(level, log),
});
// Written beside and put in place at the end: a process that is started meanwhile finds the old one or the new one.
const folder = path.join(projectRoot, 'dist/bundled');
const fresh = `${folder}.new`;
await bundle.write({
  dir: fresh,
  cleanDir: true,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: 'chunks/[name]-[hash].js',
  // Log lines, metrics and error answers say the names of classes.
  keepNames: true,
  // Chunks that are shared would else run before what an app imports first, and reflect-metadata has to.
  strictExecutionOrder: true,
});
await bundle.close();
rmSync(folder, { recursive: true, force: true });
renameSync(fresh, folder);
