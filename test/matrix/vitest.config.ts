import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { onSystems } from '../support/system-project.js';

/** `npm run test:matrix`: an hour of a quiet machine, so `npm test` has a sample of it only. */
export default defineConfig({
  test: {
    name: 'matrix',
    root: path.resolve(import.meta.dirname, '../..'),
    include: ['test/matrix/whole.matrix.ts'],
    maxWorkers: 1,
    ...onSystems,
    hookTimeout: 120_000,
  },
});
