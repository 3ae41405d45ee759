import path from 'node:path';
import { defineConfig } from 'vitest/config';

/** `npm run test:matrix`: an hour of a quiet machine, so `npm test` has a sample of it only. */
export default defineConfig({
  test: {
    name: 'matrix',
    root: path.resolve(import.meta.dirname, '../..'),
    include: ['test/matrix/whole.matrix.ts'],
    maxWorkers: 1,
    globalSetup: ['test/support/global-setup.ts'],
    hookTimeout: 120_000,
  },
});
