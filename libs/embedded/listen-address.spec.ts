import { describe, expect, it } from 'vitest';
import type { EmbeddedSettings } from './embedded-settings.js';
import { listenAddress } from './listen-address.js';
import { listenerProcesses, splitProcesses } from './processes.js';

const settings = { HOST: '127.0.0.1', PORT: 3000, ORDER_URL: 'http://127.0.0.1:3001' } as EmbeddedSettings;
const gateway = { name: 'gateway', main: '', listensOn: 'PORT' } as const;
const order = { name: 'order', main: '', listensOn: 'ORDER_URL' } as const;

describe('listenAddress', () => {
  it('puts the gateway on HOST and PORT', () => {
    expect(listenAddress(gateway, settings)).toEqual({
      host: '127.0.0.1',
      port: 3000,
      hostSetting: 'HOST',
      url: 'http://127.0.0.1:3000',
      alternative: '3100',
    });
  });

  it.each([
    ['0.0.0.0', 'http://127.0.0.1:3000'],
    ['::', 'http://[::1]:3000'],
    ['::1', 'http://[::1]:3000'],
    ['localhost', 'http://localhost:3000'],
  ])('reaches a gateway that listens on %s at %s', (HOST, url) => {
    expect(listenAddress(gateway, { ...settings, HOST })).toMatchObject({ host: HOST, url });
  });

  it.each([...listenerProcesses, ...splitProcesses].filter(({ listensOn }) => listensOn.endsWith('_PORT')))(
    'keeps $name, which needs no API key, on loopback whatever HOST is',
    (declaration) => {
      const open = { ...settings, HOST: '0.0.0.0', RELAY_PORT: 3021, SAGA_PORT: 3022, WORKER_PORT: 3020 };
      expect(listenAddress(declaration, open)).toMatchObject({
        host: '127.0.0.1',
        url: `http://127.0.0.1:${open[declaration.listensOn]}`,
      });
    },
  );

  it('puts a participant where others call it, whatever HOST says', () => {
    const address = listenAddress(order, { ...settings, HOST: '0.0.0.0' });
    expect(address).toEqual({
      host: '127.0.0.1',
      port: 3001,
      hostSetting: 'ORDER_URL',
      url: 'http://127.0.0.1:3001',
      alternative: 'http://127.0.0.1:3101',
    });
  });

  it('understands IPv6 addresses and URLs without a port', () => {
    expect(listenAddress(order, { ...settings, ORDER_URL: 'http://[::1]:3001/' })).toMatchObject({
      host: '::1',
      url: 'http://[::1]:3001',
    });
    expect(listenAddress(order, { ...settings, ORDER_URL: 'http://order' })).toMatchObject({ host: 'order', port: 80 });
  });
});
