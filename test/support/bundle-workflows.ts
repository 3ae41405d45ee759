import { bundleWorkflowCode, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import path from 'node:path';

let bundle: Promise<WorkflowBundleWithSourceMap> | undefined;

/** The workflows of today, bundled as the build bundles them; once a process. */
export function bundleWorkflows(): Promise<WorkflowBundleWithSourceMap> {
  bundle ??= bundleFrom(path.resolve('.'));
  return bundle;
}

interface LoaderOptions {
  minify?: boolean;
  jsc: { target: string; minify?: object };
}

/**
 * Bundles the workflows in a folder, with positions by line as the build has them. `minified` renames every local and strips comments and
 * white space, but leaves the code as it is.
 */
export function bundleFrom(root: string, { minified = false } = {}): Promise<WorkflowBundleWithSourceMap> {
  const quiet = () => {};
  return bundleWorkflowCode({
    workflowsPath: path.join(root, 'workflows/index.ts'),
    workflowInterceptorModules: [path.join(root, 'workflows/interceptors.ts')],
    logger: { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet },
    webpackConfigHook(config) {
      for (const rule of config.module!.rules!) {
        const { use } = rule as { use?: { options?: LoaderOptions } };
        if (!use?.options?.jsc) continue;
        // The build's target. An older one would rewrite spreads and fields, so nothing of the source could be found again.
        use.options.jsc.target = 'es2022';
        if (minified)
          Object.assign(use.options, { minify: true, jsc: { ...use.options.jsc, minify: { compress: false, mangle: true } } });
      }
      return {
        ...config,
        context: root,
        devtool: 'inline-cheap-module-source-map',
        output: { ...config.output, devtoolModuleFilenameTemplate: '[resource-path]' },
      };
    },
  });
}
