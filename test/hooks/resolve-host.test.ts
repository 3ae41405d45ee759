import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostResolver, type ResolveHost } from '../../apps/hooks/egress/resolve-host.js';
import { HooksHarness, ManualClock } from './hooks.harness.js';
import { NameServer } from './name-server.harness.js';
import { Receiver } from './receiver.harness.js';

let server: NameServer;
let folder: string;
let resolve: ResolveHost;
beforeAll(async () => {
  server = await NameServer.start((name) => {
    if (name.startsWith('dead')) return 'silence';
    return name.startsWith('known') ? ['127.0.0.1'] : undefined;
  });
  folder = mkdtempSync(path.join(tmpdir(), 'hosts-'));
  const hostsFile = path.join(folder, 'hosts');
  writeFileSync(hostsFile, '# mine\n192.0.2.7\tmine.example Other.example # known.example\n2001:db8::7 mine.example\n');
  resolve = hostResolver({ hostsFile, nameServers: [server.address], timeoutMs: 1_000 });
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

describe('the name of a host', () => {
  it.each([
    ['mine.example', ['192.0.2.7', '2001:db8::7']],
    ['OTHER.example.', ['192.0.2.7']],
    ['localhost', ['127.0.0.1', '::1']],
    ['known.example', ['127.0.0.1']],
  ])('%s means %j', async (name, addresses) => {
    expect(await resolve(name)).toEqual(addresses);
  });

  it.each([
    ['nobody.example', 'ENOTFOUND'],
    ['dead.example', 'EAI_AGAIN'],
  ])('%s fails in time with %s', async (name, code) => {
    const from = performance.now();
    await expect(resolve(name)).rejects.toMatchObject({ code });
    expect(performance.now() - from).toBeLessThan(3_000);
  });

  it('is looked up once for many concurrent requests', async () => {
    const before = server.asked.length;
    await Promise.all(Array.from({ length: 50 }, () => resolve('known.once.example')));
    expect(server.asked.slice(before)).toEqual(['known.once.example', 'known.once.example']); // IPv4 and IPv6
  });
});

describe('hooks whose name servers are dead', () => {
  it('delay no other hook', async () => {
    const harness = await HooksHarness.open({
      clock: new ManualClock(),
      resolveHost: hostResolver({ nameServers: [server.address] }),
    });
    const receiver = await Receiver.start();
    for (let n = 0; n < 20; n++) await harness.hook({ url: `http://dead-${n}.example:${receiver.port}/`, types: ['trip.*'] });
    await harness.hook({ url: `http://known.example:${receiver.port}/`, types: ['order.*'] });
    await harness.log({ type: 'trip.booked', aggregateId: 'TRIP-1', aggregateVersion: 1 });
    await harness.follow();
    expect(await harness.worker.dispatch()).toBe(20);
    await harness.log({ type: 'order.placed', aggregateId: 'ORDER-1', aggregateVersion: 1 });
    await harness.follow();
    const from = performance.now();
    const received = new Promise((arrived) => {
      receiver.answer = (response) => {
        response.writeHead(204).end();
        arrived(performance.now() - from);
      };
    });
    expect(await harness.worker.dispatch()).toBe(1);
    // The dead ones take four seconds.
    expect(await received).toBeLessThan(3_000);
    await harness.worker.idle();
    const { items } = await harness.endpoints.list({ limit: 200 });
    const deliveries = await Promise.all(items.map(({ hookId }) => harness.deliveriesOf(hookId)));
    expect(deliveries.flat().filter(({ lastError }) => lastError === 'dns')).toHaveLength(20);
    await receiver.stop();
    await harness.close();
  });
});
