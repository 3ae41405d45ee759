// Bundles the compiled workflows, so that a worker polls at once and runs byte for byte what was built.
import { bundleWorkflowCode } from '@temporalio/worker';
import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from './bootstrap/project-root.mjs';

const quiet = () => {};
const { code } = await bundleWorkflowCode({
  workflowsPath: path.join(projectRoot, 'dist/workflows/index.js'),
  workflowInterceptorModules: [path.join(projectRoot, 'dist/workflows/interceptors.js')],
  // Lines without columns: a column of the generated entry point depends on the length of this folder's name (see below).
  webpackConfigHook: (config) => ({ ...config, context: projectRoot, devtool: 'inline-cheap-module-source-map' }),
  logger: { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: console.warn, error: console.error },
});

// In one step: a worker that starts meanwhile reads the old bundle or the new one, never half of one.
const target = path.join(projectRoot, 'dist/workflow-bundle.js');
writeFileSync(`${target}.new`, withoutMachine(code));
renameSync(`${target}.new`, target);

/**
 * The bundle's source map names files by where they were on this machine. A worker's build id is a hash of its bundle, so these
 * become relative: the same code is the same build wherever it was built.
 */
function withoutMachine(bundle) {
  const [, script, encoding, encoded] = /^([^]*\n\/\/# sourceMappingURL=)(data:[^,]*;base64,)([^,]*)$/.exec(bundle.trimEnd());
  const map = JSON.parse(Buffer.from(encoded, 'base64').toString());
  const relative = (text) => text.replaceAll(`${projectRoot}${path.sep}`, '');
  const neutral = {
    ...map,
    file: path.basename(target),
    sources: map.sources.map(relative),
    sourcesContent: map.sourcesContent.map(relative),
  };
  return `${script}${encoding}${Buffer.from(JSON.stringify(neutral)).toString('base64')}\n`;
}
