import { inject } from 'vitest';

/** Where the system under test answers; one for the whole run, started by `global-setup.ts`. */
export interface SystemUnderTest {
  gatewayUrl: string;
  orderUrl: string;
  customerUrl: string;
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
