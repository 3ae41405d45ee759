import { inject } from 'vitest';
import type { Participant } from '../../contracts/participant/participants.js';
import { claimPlace } from './system-claims.js';

/** The addresses of a system under test. `global-setup.ts` starts the systems of a run. */
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
    /** The port of the server that assigns the systems. */
    claimsPort: number;
  }
}

let own: SystemUnderTest | undefined;

/** Takes a system for this test file, which no other file uses while this process lives. */
export async function claimSystem(): Promise<void> {
  const { place } = await claimPlace(inject('claimsPort'));
  own = inject('systems')[place];
}

/** The system of this test file. */
export function system(): SystemUnderTest {
  if (!own) throw new Error('This test file has claimed no system.');
  return own;
}
