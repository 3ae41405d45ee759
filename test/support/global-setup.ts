import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { type Participant, participantNames } from '../../contracts/participant/participants.js';
import { givenEnvironment } from '../../libs/config/settings.js';
import { DataFolder } from '../../libs/embedded/data-folder.js';
import { freePorts } from '../../libs/embedded/embedded-settings.js';
import { startEmbeddedSystem } from '../../libs/embedded/embedded-system.js';
import { findTemporal, temporalSources } from '../../libs/embedded/temporal-sources/find-temporal.js';
import { loggedErrors } from './logged-errors.js';
import { serveClaims } from './system-claims.js';
import { systemCount } from './system-count.js';
import type { SystemUnderTest } from './system.js';

/**
 * Starts the systems of a test run, one per file that runs at the same time. Each has real PostgreSQL, real Temporal and every process, on
 * its own ports and with its own data.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit', shell: process.platform === 'win32' });
  mkdirSync('.roundtrip', { recursive: true });
  const count = Math.max(1, Math.min(systemCount(), await filesToRun(project)));
  // Else each of them would download it, or build it, on a machine that has none yet.
  if (count > 1) await findTemporal(temporalSources(givenEnvironment()), { log: logOf('') });
  const systems = await Promise.allSettled(
    Array.from({ length: count }, (_, index) => start(logOf(count > 1 ? `${index + 1} ` : ''))),
  );
  const started = systems.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const teardown = async () => void (await Promise.all(started.map(({ stop }) => stop())));
  const failed = systems.find((one) => one.status === 'rejected');
  if (failed) {
    await teardown();
    throw failed.reason;
  }
  const claims = await serveClaims(count);
  project.provide('claimsPort', claims.port);
  project.provide(
    'systems',
    started.map(({ places }) => places),
  );
  return async () => {
    claims.close();
    await teardown();
  };
}

const logOf = (prefix: string) => (line: string) => void process.stdout.write(`  ${prefix}${line}\n`);

/** How many of the project's files the run is about. */
async function filesToRun(project: TestProject): Promise<number> {
  const { testFiles } = await project.globTestFiles();
  const inRun = new Set(project.vitest.state.getPaths());
  return testFiles.filter((file) => inRun.has(file)).length;
}

async function start(log: (line: string) => void): Promise<{ places: SystemUnderTest; stop: () => Promise<void> }> {
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
  return {
    places: {
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
    },
    stop: async () => {
      await system.stop();
      for (const error of loggedErrors(path.join(dataDir, 'logs'))) log(`logged ${error}`);
      new DataFolder(dataDir).remove();
    },
  };
}
