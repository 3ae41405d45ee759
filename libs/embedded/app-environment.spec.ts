import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { appEnvironment } from './app-environment.js';
import type { EmbeddedSettings } from './embedded-settings.js';
import { listenAddress } from './listen-address.js';
import { jointProcesses, listenerProcesses, participantProcesses, type ProcessDeclaration } from './processes.js';

const settings = {
  HOST: '127.0.0.1',
  PORT: 3000,
  RELAY_PORT: 3021,
  SAGA_PORT: 3022,
  ORDER_URL: 'http://127.0.0.1:3001',
  CUSTOMER_URL: 'http://127.0.0.1:3002',
  DATABASE_ROLE_PASSWORD: 'secret',
  EMBEDDED_TEMPORAL_UI_PORT: 8233,
} as EmbeddedSettings;
const order = participantProcesses.find(({ name }) => name === 'order')!;
const [gateway] = jointProcesses;
const hooks = listenerProcesses.find(({ name }) => name === 'hooks')!;

const environmentOf = (declaration: ProcessDeclaration, changes: Partial<EmbeddedSettings> = {}, given = {}) =>
  appEnvironment(declaration, listenAddress(declaration, settings), options(changes, given));

const options = (changes: Partial<EmbeddedSettings> = {}, given = {}) => ({
  given,
  settings: { ...settings, ...changes },
  databaseAdminUrl: 'postgresql://admin:admin@127.0.0.1:5433/roundtrip',
  temporalAddress: '127.0.0.1:7233',
  hooksSecretKey: 'key of the data folder',
});

beforeEach(() => {
  for (const name of [
    'CHAOS',
    'HOOKS_ALLOW_PRIVATE',
    'HOOKS_OLD_SECRET_KEYS',
    'HOOKS_SECRET_KEY',
    'NODE_ENV',
    'SETTLE_LOST_SAGAS',
    'SETTLE_SWEEP_MS',
    'TEMPORAL_UI_URL',
    'TEMPORAL_TLS',
    'DATABASE_URL',
  ])
    vi.stubEnv(name, '');
});
afterEach(() => vi.unstubAllEnvs());

describe('appEnvironment', () => {
  it('gives a participant the database as its own role, and its place', () => {
    expect(environmentOf(order)).toMatchObject({
      DATABASE_URL: 'postgresql://roundtrip_order:secret@127.0.0.1:5433/roundtrip',
      HOST: '127.0.0.1',
      PORT: '3001',
    });
  });

  it("gives no process the administrator's address, not even from the user's environment", () => {
    vi.stubEnv('DATABASE_URL', 'postgresql://admin:admin@127.0.0.1:5433/roundtrip');
    expect(environmentOf(gateway)).toMatchObject({ DATABASE_URL: '', DATABASE_ROLE_PASSWORD: '', PORT: '3000' });
    expect(Object.values(environmentOf(order)).join()).not.toContain('admin:admin');
  });

  it('hands on what the user has set, and what the caller has', () => {
    vi.stubEnv('LOG_LEVEL', 'debug');
    vi.stubEnv('SAGA_FAST_STEP_MS', '1');
    expect(environmentOf(gateway, {}, { SAGA_FAST_STEP_MS: 2 })).toMatchObject({ LOG_LEVEL: 'debug', SAGA_FAST_STEP_MS: '2' });
  });

  it('turns faults on demand on, unless the user says otherwise or it is production', () => {
    expect(environmentOf(order)['CHAOS']).toBe('true');
    vi.stubEnv('NODE_ENV', 'production');
    expect(environmentOf(order)['CHAOS']).toBe('false');
    vi.stubEnv('NODE_ENV', '');
    vi.stubEnv('CHAOS', 'false');
    expect(environmentOf(order)['CHAOS']).toBe('false');
  });

  it('lets hooks go to loopback, unless the user says otherwise, it is production or others reach the API', () => {
    const placed = { HOOKS_URL: 'http://127.0.0.1:3010' };
    const environment = () => appEnvironment(hooks, listenAddress(order, settings), options(placed));
    expect(environment()['HOOKS_ALLOW_PRIVATE']).toBe('true');
    vi.stubEnv('NODE_ENV', 'production');
    expect(environment()['HOOKS_ALLOW_PRIVATE']).toBe('false');
    vi.stubEnv('NODE_ENV', '');
    const open = appEnvironment(hooks, listenAddress(order, settings), options({ ...placed, HOST: '0.0.0.0' }));
    expect(open['HOOKS_ALLOW_PRIVATE'], 'an API that a network can reach').toBe('false');
    vi.stubEnv('HOOKS_ALLOW_PRIVATE', 'true');
    expect(environment()['HOOKS_ALLOW_PRIVATE']).toBe('true');
  });

  it('settles lost sagas by itself and sweeps often, unless the user says otherwise', () => {
    expect(environmentOf(order)).toMatchObject({ SETTLE_LOST_SAGAS: 'on', SETTLE_SWEEP_MS: '15000' });
    vi.stubEnv('SETTLE_LOST_SAGAS', 'off');
    vi.stubEnv('SETTLE_SWEEP_MS', '60000');
    expect(environmentOf(order)).toMatchObject({ SETTLE_LOST_SAGAS: 'off', SETTLE_SWEEP_MS: '60000' });
  });

  it("gives the key of the hooks' secrets to the hooks service alone: the user's, else the data folder's", () => {
    const environment = () => appEnvironment(hooks, listenAddress(order, settings), options());
    expect(environment()['HOOKS_SECRET_KEY']).toBe('key of the data folder');
    vi.stubEnv('HOOKS_SECRET_KEY', "the user's key");
    expect(environment()['HOOKS_SECRET_KEY']).toBe("the user's key");
    expect(environmentOf(order)['HOOKS_SECRET_KEY']).toBe('');
    expect(environmentOf(gateway)['HOOKS_SECRET_KEY']).toBe('');
  });

  it('leads to the Temporal UI that was started here, or to the one that the user names', () => {
    expect(environmentOf(gateway)['TEMPORAL_UI_URL']).toBe('http://127.0.0.1:8233');
    vi.stubEnv('TEMPORAL_UI_URL', 'https://temporal.example');
    expect(environmentOf(gateway)['TEMPORAL_UI_URL']).toBe('https://temporal.example');
  });

  it('keeps credentials of another Temporal server from the embedded one, and passes them with its address', () => {
    vi.stubEnv('TEMPORAL_TLS', 'true');
    expect(environmentOf(gateway)['TEMPORAL_TLS']).toBe('false');
    expect(environmentOf(gateway, { TEMPORAL_ADDRESS: 'temporal.example:7233' })['TEMPORAL_TLS']).toBe('true');
  });
});
