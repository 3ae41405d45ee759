import path from 'node:path';
import { defineConfig } from 'vitest/config';

/** `npm run test:upgrades`: the slow tests of workflow upgrades. */
export default defineConfig({
  test: {
    name: 'upgrades',
    root: path.resolve(import.meta.dirname, '../..'),
    include: ['test/upgrades/**/*.test.ts'],
    maxWorkers: 2,
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
