import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { givenEnvironment } from '../../../libs/config/settings.js';
import { freePort } from '../../../libs/embedded/free-port.js';
import { runQuietly } from '../../../libs/embedded/temporal-sources/run-quietly.js';
import { brokerCache, BrokerUnavailable, type RunningBroker, startBroker } from './broker.js';

const VERSION = '2.15.2';

/** A NATS server with JetStream, on loopback. @throws BrokerUnavailable when there is none and none can be had. */
export async function startNatsServer(): Promise<RunningBroker> {
  const file = await natsServer();
  const port = await freePort();
  return startBroker('nats', port, async (folder) => ({
    file,
    args: ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', path.join(folder, 'data')],
  }));
}

/** The program: installed, from an earlier run, out of Debian's package (seconds), or built by Go (minutes). */
async function natsServer(): Promise<string> {
  if (await runs('nats-server')) return 'nats-server';
  const built = path.join(brokerCache, `nats-server-${VERSION}`, 'nats-server');
  const unpacked = path.join(brokerCache, 'nats-server-debian', 'usr', 'sbin', 'nats-server');
  for (const file of [built, unpacked]) if (existsSync(file)) return file;
  const reasons: string[] = [];
  for (const [get, file] of [
    [debianPackage, unpacked],
    [goInstall, built],
  ] as const) {
    try {
      await get(file);
      return file;
    } catch (error) {
      reasons.push((error as Error).message);
    }
  }
  throw new BrokerUnavailable(`there is no nats-server, and none could be had: ${reasons.join('; ')}`);
}

async function goInstall(file: string): Promise<void> {
  const folder = path.dirname(file);
  mkdirSync(folder, { recursive: true });
  const building = mkdtempSync(path.join(folder, 'building-'));
  try {
    const module = `github.com/nats-io/nats-server/v2@v${VERSION}`;
    await runQuietly('go', ['install', module], {
      environment: { ...givenEnvironment(), GOBIN: building },
      withinMs: 600_000,
    });
    renameSync(path.join(building, 'nats-server'), file);
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
}

async function debianPackage(file: string): Promise<void> {
  const root = file.slice(0, file.indexOf(path.join('usr', 'sbin')));
  mkdirSync(brokerCache, { recursive: true });
  const folder = mkdtempSync(path.join(brokerCache, 'unpacking-'));
  try {
    await runQuietly('sh', ['-c', 'cd "$1" && apt-get download nats-server && dpkg -x ./*.deb unpacked', 'sh', folder], {
      withinMs: 120_000,
    });
    rmSync(root, { recursive: true, force: true });
    renameSync(path.join(folder, 'unpacked'), root);
    if (!existsSync(file)) throw new Error(`Debian's package has ${readdirSync(root).join(', ')} and no nats-server`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const runs = (file: string): Promise<boolean> =>
  runQuietly(file, ['--version'], { withinMs: 10_000 }).then(
    () => true,
    () => false,
  );
