import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { onSystems } from '../support/system-project.js';

/** `npm run history:record-missing`: no test of anything, but it needs the system under test and its helpers. */
export default defineConfig({
  test: {
    name: 'record',
    root: path.resolve(import.meta.dirname, '../..'),
    include: ['test/replay/record-missing.ts'],
    maxWorkers: 1,
    ...onSystems,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
