import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    reporters: ['default', './test/support/closing-line.reporter.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            '{apps,libs,workflows,activities,contracts,scripts,bench}/**/*.spec.ts',
            'test/{contract,house,replay}/**/*.test.ts',
            'test/chaos/**/*.spec.ts',
          ],
          testTimeout: 120_000, // The parser of AsyncAPI takes half a minute of a busy machine.
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'system',
          include: [
            'test/{channel,chaos,sagas,services,events,feeds,hooks,inbox,projections,notification,bridge,examples,e2e}/**/*.test.ts',
            'test/e2e/**/*.e2e-spec.ts',
          ],
          globalSetup: ['test/support/global-setup.ts'],
          setupFiles: ['test/support/replay-what-ran.ts'],
          // One system serves all files, and faults on demand are set in it for everybody: one file at a time.
          fileParallelism: false,
          // Real servers on a busy machine: one second try, and the run names each test that needed it. See CONTRIBUTING.md.
          retry: 1,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
