import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { type Participant, participantNames } from '../../contracts/participants.js';
import { listenerUrlSettings } from '../../libs/config/listener-url.js';
import { participantUrlSettings } from '../../libs/config/participant-url.js';
import { startEmbeddedSystem } from '../../libs/embedded/embedded-system.js';

/** The whole system for the whole run: real PostgreSQL, real Temporal, every process, on ports of its own and with data of its own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const log = (line: string) => void process.stdout.write(`  ${line}\n`);
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit', shell: process.platform === 'win32' });
  mkdirSync('.roundtrip', { recursive: true });
  const dataDir = mkdtempSync(path.resolve('.roundtrip', 'test-'));
  const system = await startEmbeddedSystem({
    log,
    settings: {
      DATA_DIR: dataDir,
      ...freePorts,
      // Impatient sagas, so that deadlines pass within a test.
      SAGA_FAST_STEP_MS: 500,
      SAGA_STEP_DEADLINE_MS: 8_000,
      SAGA_ATTENTION_AFTER_MS: 2_000,
      // A test settles what it has terminated, and waits for a sweep.
      SETTLE_LOST_SAGAS: 'off',
      SETTLE_SWEEP_MS: 2_000,
      CHAOS: true,
      LOG_LEVEL: 'warn',
    },
  });
  const { gateway, hooks, relay, saga, projection, notification, databaseAdmin, temporal } = system.addresses;
  const participantUrls = Object.fromEntries(participantNames.map((name) => [`${name}Url`, system.addresses[name]])) as Record<
    `${Participant}Url`,
    string
  >;
  project.provide('system', {
    gatewayUrl: gateway,
    hooksUrl: hooks,
    relayUrl: relay,
    notificationUrl: notification,
    sagaUrl: saga,
    projectionUrl: projection,
    ...participantUrls,
    databaseAdminUrl: databaseAdmin,
    temporalAddress: temporal,
    dataDir: system.dataDir,
  });
  return async () => {
    await system.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
}

const freePorts = {
  PORT: 0,
  WORKER_PORT: 0,
  RELAY_PORT: 0,
  SAGA_PORT: 0,
  ...Object.fromEntries([...participantUrlSettings, ...listenerUrlSettings].map((name) => [name, 'http://127.0.0.1:0'])),
  EMBEDDED_POSTGRES_PORT: 0,
  EMBEDDED_TEMPORAL_PORT: 0,
  EMBEDDED_TEMPORAL_UI_PORT: 0,
};
