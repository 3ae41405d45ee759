import { NativeConnection } from '@temporalio/worker';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { givenEnvironment } from '../../libs/config/settings.js';
import { freePort } from '../../libs/embedded/free-port.js';
import { findTemporal, temporalSources } from '../../libs/embedded/temporal-sources/find-temporal.js';

const READY_WITHIN_MS = 30_000;

export interface UntunedTemporal {
  connection: NativeConnection;
  pid: number;
  stop(): Promise<void>;
}

/** The dev server as the published samples start it: `temporal server start-dev`, in memory and with every default. */
export async function startUntunedTemporal(log: (line: string) => void): Promise<UntunedTemporal> {
  const executable = await findTemporal(temporalSources(givenEnvironment()), { log });
  const port = await freePort();
  const args = ['server', 'start-dev', '--headless', '--ip', '127.0.0.1', '--port', `${port}`, '--log-level', 'error'];
  const server = spawn(executable, args, { stdio: 'ignore', env: { HOME: '/nonexistent', PATH: '/usr/bin:/bin' } });
  const ended = once(server, 'exit');
  const connection = await connectTo(`127.0.0.1:${port}`);
  return {
    connection,
    pid: server.pid!,
    async stop() {
      await connection.close();
      server.kill('SIGTERM');
      await ended;
    },
  };
}

async function connectTo(address: string): Promise<NativeConnection> {
  for (const deadline = Date.now() + READY_WITHIN_MS; ; await delay(200)) {
    try {
      const connection = await NativeConnection.connect({ address });
      await connection.workflowService.describeNamespace({ namespace: 'default' });
      return connection;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}
