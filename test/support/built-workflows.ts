import path from 'node:path';

/** The workflows as the workers of the systems under test run them: what the build has bundled. */
export const builtWorkflows = { codePath: path.resolve('dist/workflow-bundle.js') };
