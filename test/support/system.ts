import { inject } from 'vitest';
import type { Participant } from '../../contracts/participants.js';

/** Where the system under test answers; one for the whole run, started by `global-setup.ts`. */
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
    system: SystemUnderTest;
  }
}

export const system = (): SystemUnderTest => inject('system');
