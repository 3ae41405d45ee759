import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { SlowestFirstSequencer } from './test/support/slowest-first.sequencer.js';
import { systemCount } from './test/support/system-count.js';
import { onSystems } from './test/support/system-project.js';

export default defineConfig({
  test: {
    reporters: ['default', './test/support/closing-line.reporter.ts'],
    sequence: { sequencer: SlowestFirstSequencer },
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            '{apps,libs,workflows,activities,contracts,scripts,bench}/**/*.spec.ts',
            'test/{consistency,contract,model,replay}/**/*.test.ts',
            'test/{chaos,soak,support}/**/*.spec.ts',
          ],
          // They compute and never wait. The systems stand idle meanwhile, and a test of theirs would run into its deadlines.
          sequence: { groupOrder: 0 },
          maxWorkers: availableParallelism(),
          isolate: false, // To load Nest and other libraries again for each file would cost more than all of the tests.
          testTimeout: 120_000, // The parser of AsyncAPI takes half a minute of a busy machine.
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'system',
          include: [
            'test/{channel,chaos,growth,matrix,sagas,services,events,feeds,hooks,inbox,projections,notification,bridge,examples,e2e}/**/*.test.ts',
            'test/e2e/**/*.e2e-spec.ts',
          ],
          ...onSystems,
          setupFiles: [...onSystems.setupFiles, 'test/support/replay-what-ran.ts'],
          // One file at a time on each system, as faults on demand are set in it for everybody.
          sequence: { groupOrder: 1 },
          maxWorkers: systemCount(),
          // Real servers on a busy machine: one second try, and the run names each test that needed it. See CONTRIBUTING.md.
          retry: 1,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
