import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { spawn } from 'node:child_process';
import { createActivities } from '../../activities/index.js';
import { participantClients } from '../../activities/participant-clients.js';
import { type Participant, participantNames } from '../../contracts/participant/participants.js';
import { searchAttributeDeclarations } from '../../contracts/saga/search-attribute-names.js';
import { givenEnvironment } from '../../libs/config/settings.js';
import { freePort } from '../../libs/embedded/free-port.js';
import { findTemporal, temporalSources } from '../../libs/embedded/temporal-sources/find-temporal.js';
import { namespaceAnswers } from '../../libs/embedded/temporal.namespace.js';
import { temporalTuning } from '../../libs/embedded/temporal.tuning.js';
import { eventually } from './api.js';
import { builtWorkflows } from './built-workflows.js';
import { system } from './system.js';

export interface TemporalHarness {
  client: Client;
  stop(): Promise<void>;
}

/**
 * A Temporal server beside the system's own, for tests that need another configuration. Its worker calls the system's participants.
 * @param configuration the settings that differ from the system's.
 */
export async function startTestTemporal(configuration: Record<string, string>): Promise<TemporalHarness> {
  const executable = await findTemporal(temporalSources(givenEnvironment()), { log: () => {} });
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const settings = Object.entries({ ...temporalTuning, ...configuration });
  const server = spawn(
    executable,
    [
      'server',
      'start-dev',
      '--headless',
      '--ip',
      '127.0.0.1',
      '--port',
      String(port),
      '--log-level',
      'error',
      ...settings.flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${value}`]),
      ...searchAttributeDeclarations.flatMap((declaration) => ['--search-attribute', declaration]),
    ],
    { stdio: 'ignore' },
  );
  const exit = new Promise((resolve) => server.once('exit', resolve));
  await eventually(
    () => namespaceAnswers(address, 'default'),
    (answers) => answers,
  );

  const urls = Object.fromEntries(participantNames.map((name) => [name, system()[`${name}Url`]])) as Record<Participant, string>;
  const clients = participantClients(urls);
  const native = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection: native,
    taskQueue: 'roundtrip',
    workflowBundle: builtWorkflows,
    activities: createActivities(clients),
  });
  const working = worker.run();
  const connection = await Connection.connect({ address });
  return {
    client: new Client({ connection }),
    async stop() {
      worker.shutdown();
      await working;
      await Promise.all([connection.close(), native.close(), ...Object.values(clients).map((client) => client.close())]);
      server.kill('SIGTERM');
      await exit;
    },
  };
}
