import { inject } from 'vitest';
import type { Participant } from '../../contracts/participants.js';

/** Where a system under test answers; those of a run are started by `global-setup.ts`. */
export interface SystemUnderTest extends Record<`${Participant}Url`, string> {
  gatewayUrl: string;
  hooksUrl: string;
  relayUrl: string;
  notificationUrl: string;
  sagaUrl: string;
  projectionUrl: string;
  databaseAdminUrl: string;
  temporalAddress: string;
  /** Holds `run.json` with the pids of the processes. */
  dataDir: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    systems: readonly SystemUnderTest[];
  }
}

/**
 * The system of this test file, which no other file uses meanwhile: files that run side by side are in different places of the pool, and
 * each place has a system.
 */
export function system(): SystemUnderTest {
  // oxlint-disable-next-line node/no-process-env -- no setting: the pool says it in no other way
  const place = Number(process.env['VITEST_POOL_ID']);
  const own = inject('systems')[place - 1];
  if (!own) throw new Error(`There is no system for place ${place} of the pool.`);
  return own;
}
