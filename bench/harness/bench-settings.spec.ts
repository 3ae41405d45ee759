import { afterEach, expect, it, vi } from 'vitest';
import { benchSettings } from './bench-settings.js';

afterEach(() => vi.unstubAllEnvs());

it('sizes each bench by itself, unless the environment says otherwise', () => {
  expect(benchSettings('relay')).toEqual({ rounds: 5, total: 5_000, commits: 1_000 });
  vi.stubEnv('BENCH_TOTAL', '7');
  expect(benchSettings('relay')).toEqual({ rounds: 5, total: 7, commits: 1_000 });
  expect(benchSettings('sagas')).toEqual({ rounds: 5, total: 7, concurrency: 50, alone: 40 });
});
