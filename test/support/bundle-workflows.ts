import { bundleWorkflowCode, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import path from 'node:path';

let bundle: Promise<WorkflowBundleWithSourceMap> | undefined;

/** The workflows of today, bundled as the build bundles them; once a process. */
export function bundleWorkflows(): Promise<WorkflowBundleWithSourceMap> {
  const quiet = () => {};
  bundle ??= bundleWorkflowCode({
    workflowsPath: path.resolve('workflows/index.ts'),
    logger: { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet },
  });
  return bundle;
}
