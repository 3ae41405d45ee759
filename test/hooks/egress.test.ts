import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { notPublicAddresses } from '../../apps/hooks/egress/not-public-addresses.fixture.js';
import { HooksHarness, ManualClock } from './hooks.harness.js';

/** The current addresses of names. A test changes them. */
let meaning: (host: string) => string[];
let trap: Server;
let connections = 0;
let port: number;
let harness: HooksHarness;
const clock = new ManualClock();
const PUBLIC = '93.184.216.34';

beforeAll(async () => {
  // Listens on every address of this machine: whatever spelling gets through ends here, and is counted.
  trap = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => trap.listen(0, '::', resolve));
  port = (trap.address() as AddressInfo).port;
  harness = await HooksHarness.open({ clock, allowLoopback: false, resolveHost: async (host) => meaning(host) });
});
afterAll(async () => {
  expect(harness.errors).toEqual([]);
  await harness.close();
  await new Promise((resolve) => trap.close(resolve));
});
beforeEach(() => {
  connections = 0;
  meaning = () => [PUBLIC];
});

const bracketed = (address: string) => (address.includes(':') ? `[${address.replace(/%.*/, '')}]` : address);
const spellings = {
  'loopback as one decimal': '2130706433',
  'loopback in octal': '0177.0.0.1',
  'loopback in hexadecimal': '0x7f.0.0.1',
  'loopback as one hexadecimal': '0x7f000001',
  'loopback, short': '127.1',
  'metadata as one decimal': '2852039166',
  'this host, short': '0',
  'full-width digits': '１２７.０.０.１',
  'mapped, written out': '[0:0:0:0:0:ffff:127.0.0.1]',
};
const literals = [
  ...Object.entries(notPublicAddresses).map(([what, address]) => [what, bracketed(address)] as const),
  ...Object.entries(spellings),
].map(([what, host]) => [what, `https://${host}:${port ?? 0}/`] as const);
const refused = { problem: { status: 422, code: 'HOOK_URL_REFUSED', errors: [{ pointer: '/url' }] } };
const withPort = (url: string) => url.replace(':0/', `:${port}/`);

describe('an address that is not public', () => {
  it.each(literals)('is refused when it is saved, tested and sent to: %s (%s)', async (_, template) => {
    const url = withPort(template);
    await expect(harness.hook({ url })).rejects.toMatchObject(refused);

    const hook = await harness.hook({ url: 'https://receiver.example/' });
    await expect(harness.endpoints.change(hook.hookId, { url })).rejects.toMatchObject(refused);

    // As if it had got in some other way: neither a test nor a delivery goes there.
    await harness.admin.query('update hooks.endpoint set url = $2 where hook_id = $1', [hook.hookId, url]);
    await expect(harness.endpoints.test(hook.hookId, { fingerprint: '' })).rejects.toMatchObject(refused);
    await harness.log({ type: 'order.placed', aggregateId: randomUUID(), aggregateVersion: 1 });
    await harness.run();
    expect(await harness.deliveriesOf(hook.hookId)).toMatchObject([{ state: 'retrying', lastError: 'blocked' }]);
    expect(connections).toBe(0);
    await harness.endpoints.remove(hook.hookId);
  });

  it.each(Object.entries(notPublicAddresses))('is refused behind a name, too: %s (%s)', async (_, address) => {
    const url = `https://receiver.example:${port}/`;
    const hook = await harness.hook({ url });
    for (const addresses of [[address], [PUBLIC, address], [address, PUBLIC]]) {
      meaning = () => addresses;
      await expect(harness.hook({ url })).rejects.toMatchObject(refused);
      await expect(harness.endpoints.test(hook.hookId, { fingerprint: '' })).rejects.toMatchObject(refused);
      await harness.log({ type: 'order.placed', aggregateId: randomUUID(), aggregateVersion: 1 });
      await harness.run();
      const blocked = { state: 'retrying', attemptCount: 1, lastError: 'blocked' };
      expect((await harness.deliveriesOf(hook.hookId)).at(-1), addresses.join()).toMatchObject(blocked);
    }
    expect(connections).toBe(0);
    await harness.endpoints.remove(hook.hookId);
  });

  it('is refused when a name comes to mean it between the test and its delivery', async () => {
    const hook = await harness.hook({ url: `https://rebinding.example:${port}/` });
    await harness.endpoints.test(hook.hookId, { fingerprint: '' });
    meaning = () => ['127.0.0.1'];
    await harness.run();
    expect(await harness.deliveriesOf(hook.hookId)).toMatchObject([{ trigger: 'test', lastError: 'blocked' }]);
    expect(connections).toBe(0);
    await harness.endpoints.remove(hook.hookId);
  });
});

describe('a URL', () => {
  it.each([
    ['http://receiver.example/', 'HTTPS'],
    ['ftp://receiver.example/', 'HTTPS'],
    ['file:///etc/passwd', 'HTTPS'],
    ['//receiver.example/', 'absolute'],
    ['https://user:secret@receiver.example/', 'credentials'],
    ['https://receiver.example:22/', 'port 22'],
    ['https://receiver.example/#part', 'fragment'],
    ['https://vault.internal/', 'private networks'],
    ['https://printer.local./', 'private networks'],
    ['https://LOCAL/', 'private networks'],
    ['https://receiver.onion/', 'private networks'],
    ['https://nas.home.arpa/', 'private networks'],
  ])('%s is refused', async (url, why) => {
    await expect(harness.hook({ url })).rejects.toMatchObject({
      problem: { code: 'HOOK_URL_REFUSED', detail: expect.stringContaining(why) },
    });
  });

  it('whose name is not known yet is taken: it is judged again before every connection', async () => {
    meaning = () => {
      throw Object.assign(new Error('not found'), { code: 'ENOTFOUND' });
    };
    const hook = await harness.hook({ url: 'https://not-yet.example/' });
    await harness.endpoints.test(hook.hookId, { fingerprint: '' });
    await harness.run();
    expect(await harness.deliveriesOf(hook.hookId)).toMatchObject([{ state: 'retrying', lastError: 'dns' }]);
    await harness.endpoints.remove(hook.hookId);
  });
});

describe('where loopback is allowed', () => {
  let local: HooksHarness;
  beforeAll(async () => {
    local = await HooksHarness.open({ clock, allowLoopback: true, resolveHost: async (host) => meaning(host) });
  });
  afterAll(() => local.close());

  it('nothing else that is private is, and no HTTP to anywhere else', async () => {
    const loopback = /^(127\.|::1$|::ffff:(127|7f00))/;
    for (const address of Object.values(notPublicAddresses).filter((it) => !loopback.test(it)))
      await expect(local.hook({ url: `http://${bracketed(address)}:${port}/` }), address).rejects.toMatchObject(refused);
    await expect(local.hook({ url: 'http://receiver.example/' })).rejects.toMatchObject(refused);
    meaning = () => ['10.0.0.1'];
    await expect(local.hook({ url: 'https://receiver.example/' })).rejects.toMatchObject(refused);
    expect(connections).toBe(0);
  });

  it('the trap can be reached, or it would prove nothing', async () => {
    const hook = await local.hook({ url: `http://127.0.0.1:${port}/` });
    await local.endpoints.test(hook.hookId, { fingerprint: '' });
    await local.run();
    expect(connections).toBe(1);
  });

  it('a port of our own is refused when it is saved and sent to, by address and by name', async () => {
    const guarded = await HooksHarness.open({
      clock,
      internalPorts: new Set([port]),
      resolveHost: async (host) => meaning(host),
    });
    meaning = () => ['127.0.0.1'];
    for (const host of ['127.0.0.1', '[::1]', 'receiver.example']) {
      const url = `http://${host}:${port}/`;
      await expect(guarded.hook({ url }), host).rejects.toMatchObject(refused);
      const hook = await guarded.hook({ url: `http://127.0.0.1:${port === 65_535 ? 65_534 : port + 1}/` });
      await guarded.admin.query('update hooks.endpoint set url = $2 where hook_id = $1', [hook.hookId, url]);
      await guarded.log({ type: 'order.placed', aggregateId: randomUUID(), aggregateVersion: 1 });
      await guarded.run();
      expect(await guarded.deliveriesOf(hook.hookId), host).toMatchObject([{ lastError: 'blocked' }]);
      await guarded.endpoints.remove(hook.hookId);
    }
    expect(connections).toBe(0);
    await guarded.close();
  });

  it('a redirect from there to elsewhere is not followed', async () => {
    const { Receiver, status } = await import('./receiver.harness.js');
    const redirecting = await Receiver.start(status(307, { location: `http://127.0.0.1:${port}/` }));
    const hook = await local.hook({ url: redirecting.url });
    await local.endpoints.test(hook.hookId, { fingerprint: '' });
    await local.run();
    expect(redirecting.received).toHaveLength(1);
    expect(connections).toBe(0);
    expect(await local.deliveriesOf(hook.hookId)).toMatchObject([{ lastStatus: 307, lastError: 'http' }]);
    await redirecting.stop();
  });
});
