import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from './free-port.js';
import { requireFreePorts, requireOwnHost, whyNotFree } from './port-check.js';

let server: Server | undefined;
afterEach(() => server?.close());

const listen = (port: number) =>
  new Promise<void>((resolve) => {
    server = createServer().listen(port, '127.0.0.1', resolve);
  });

const wanted = (port: number, setting = 'PORT') => ({ host: '127.0.0.1', port, setting, alternative: String(port + 100) });

describe('requireFreePorts', () => {
  it('is content with ports that are free, and leaves them so', async () => {
    const port = await freePort();
    await requireFreePorts([wanted(port)]);
    await expect(whyNotFree('127.0.0.1', port)).resolves.toBeUndefined();
  });

  it('names a port that is taken, the setting, and a way out', async () => {
    const port = await freePort();
    await listen(port);
    await expect(requireFreePorts([wanted(port, 'EMBEDDED_POSTGRES_PORT')])).rejects.toThrow(
      `Port ${port} (EMBEDDED_POSTGRES_PORT) on 127.0.0.1 is already taken by another program. Free it, or move it, for example: EMBEDDED_POSTGRES_PORT=${port + 100}`,
    );
  });

  it('names every port that cannot be had, not only the first', async () => {
    const [taken, free] = [await freePort(), await freePort()];
    await listen(taken);
    const asked = requireFreePorts([wanted(taken, 'A'), wanted(free, 'B'), wanted(taken, 'C')]);
    await expect(asked).rejects.toThrow(/\(A\).*taken.*\n.*\(C\) is wanted by A, too/);
  });

  it.each(['192.0.2.1', 'no-such-host.invalid'])(
    'names the setting of the host %s, which is not of this machine',
    async (host) => {
      const elsewhere = { ...wanted(await freePort()), host, hostSetting: 'HOST' };
      const asked = requireFreePorts([elsewhere, { ...wanted(await freePort(), 'ORDER_URL'), host }]);
      await expect(asked).rejects.toThrow(/^HOST: .*\nORDER_URL: nothing can listen on/);
      await expect(asked).rejects.toThrow(`${host}, because it is not an address of this machine`);
      await expect(asked).rejects.not.toThrow('Free it');
    },
  );
});

describe('requireOwnHost', () => {
  it('names a HOST that is not of this machine, and takes one that is', async () => {
    await expect(requireOwnHost('no-such-host.invalid')).rejects.toThrow('HOST: nothing can listen on no-such-host.invalid');
    await expect(requireOwnHost('0.0.0.0')).resolves.toBeUndefined();
  });
});
