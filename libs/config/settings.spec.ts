import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { MAX_APPROVAL_MS } from '../../contracts/participant/hold-limits.js';
import { participantPorts } from '../../contracts/participant/participants.js';
import { InvalidSettingsError } from './invalid-settings.error.js';
import { parseMailAddress } from './mail-address.js';
import { participantUrlSettings } from './participant-url.js';
import { readSettings, settingNames } from './settings.js';

afterEach(() => vi.unstubAllEnvs());

describe('readSettings', () => {
  it('gives each setting its type and default', () => {
    vi.stubEnv('CHAOS', 'true');
    vi.stubEnv('PORT', '4000');
    vi.stubEnv('HOST', '');
    expect(readSettings('CHAOS', 'PORT', 'HOST')).toEqual({ CHAOS: true, PORT: 4000, HOST: '127.0.0.1' });
  });

  it('names every setting that cannot be used and reads no other', () => {
    vi.stubEnv('PORT', 'http');
    vi.stubEnv('CHAOS', 'yes');
    vi.stubEnv('ORDER_URL', 'nonsense');
    const read = () => readSettings('PORT', 'CHAOS');
    expect(read).toThrow(InvalidSettingsError);
    expect(read).toThrow(/PORT: .*\n.*CHAOS: must be true or false/);
    expect(read).not.toThrow(/ORDER_URL/);
  });

  it.each(['127.0.0.1', '::1', '::', '0.0.0.0', 'localhost', 'api.example.test.', 'my_host'])('takes HOST=%s', (host) => {
    vi.stubEnv('HOST', host);
    expect(readSettings('HOST')).toEqual({ HOST: host });
  });

  it.each(['http://127.0.0.1', '127.0.0.1:3000', '[::1]', ' localhost', 'a b', 'host/path', '::zz'])(
    'says at once that HOST=%s is no host',
    (host) => {
      vi.stubEnv('HOST', host);
      expect(() => readSettings('HOST')).toThrow(/HOST: must be an address of this machine/);
    },
  );

  it('says which settings would open the API without keys, where all of them are read', () => {
    vi.stubEnv('HOST', '0.0.0.0');
    vi.stubEnv('AUTH', '');
    vi.stubEnv('API_KEYS', '');
    expect(() => readSettings(...settingNames)).toThrow(
      /HOST: API keys are required because the API listens on 0\.0\.0\.0.*API_KEYS/,
    );
    expect(readSettings('HOST')).toEqual({ HOST: '0.0.0.0' });
    vi.stubEnv('API_KEYS', 'shop:key:orders');
    expect(readSettings('HOST', 'AUTH', 'API_KEYS').API_KEYS).toBe('shop:key:orders');
    vi.stubEnv('AUTH', 'off');
    expect(() => readSettings('HOST', 'AUTH', 'API_KEYS')).toThrow('AUTH=off is for loopback only');
  });

  const times = settingNames.filter((name) => name.endsWith('_MS'));

  it('knows every time that no timer could wait for', () => {
    expect(times.length).toBeGreaterThanOrEqual(9);
  });

  it.each(times)('refuses %s where a timer would end at once', (name) => {
    vi.stubEnv(name, String(MAX_APPROVAL_MS + 1));
    expect(() => readSettings(name)).toThrow(new RegExp(`${name}: must be at most \\d+ \\(`));
    vi.stubEnv(
      name,
      String(name === 'FEED_HEARTBEAT_MS' ? 2 ** 28 - 1 : name === 'APPROVAL_WITHIN_MS' ? MAX_APPROVAL_MS : 2 ** 31 - 1),
    );
    expect(readSettings(name)[name]).toBeGreaterThan(2 ** 27);
    vi.stubEnv(name, '0');
    expect(() => readSettings(name)).toThrow(`${name}: `);
  });

  it('refuses a timer of 2^31 ms', () => {
    vi.stubEnv('SAGA_STEP_DEADLINE_MS', String(2 ** 31));
    expect(() => readSettings('SAGA_STEP_DEADLINE_MS')).toThrow('must be at most 2147483647 (24.8 days');
  });

  it('refuses an approval of more than 77 days, and one that leaves no time for the steps', () => {
    expect(MAX_APPROVAL_MS).toBe(77 * 86_400_000);
    vi.stubEnv('APPROVAL_WITHIN_MS', String(MAX_APPROVAL_MS));
    expect(readSettings('APPROVAL_WITHIN_MS', 'SAGA_FORWARD_DEADLINE_MS').APPROVAL_WITHIN_MS).toBe(MAX_APPROVAL_MS);
    vi.stubEnv('SAGA_FORWARD_DEADLINE_MS', String(86_400_001));
    expect(() => readSettings('APPROVAL_WITHIN_MS', 'SAGA_FORWARD_DEADLINE_MS')).toThrow(
      /APPROVAL_WITHIN_MS: .*SAGA_FORWARD_DEADLINE_MS/,
    );
    vi.stubEnv('APPROVAL_WITHIN_MS', String(MAX_APPROVAL_MS + 1));
    expect(() => readSettings('APPROVAL_WITHIN_MS')).toThrow('77 days');
  });

  it('refuses a log that is kept for less time than the deliveries that repeat it', () => {
    const read = () => readSettings('LOG_RETENTION_HOURS', 'DELIVERY_RETENTION_HOURS', 'SHORT_RETENTION');
    expect(read().LOG_RETENTION_HOURS).toBe(2_160);
    vi.stubEnv('LOG_RETENTION_HOURS', '719');
    expect(read).toThrow(/LOG_RETENTION_HOURS: must be at least DELIVERY_RETENTION_HOURS \(720\)/);
    vi.stubEnv('DELIVERY_RETENTION_HOURS', '719');
    expect(read().DELIVERY_RETENTION_HOURS).toBe(719);
  });

  it('refuses a retention that is shorter than is safe, unless a soak asks for it, and never in production', () => {
    const read = () => readSettings('COMMAND_RETENTION_HOURS', 'SHORT_RETENTION', 'NODE_ENV');
    vi.stubEnv('NODE_ENV', 'development');
    vi.stubEnv('COMMAND_RETENTION_HOURS', '24');
    expect(read().COMMAND_RETENTION_HOURS).toBe(24);
    vi.stubEnv('COMMAND_RETENTION_HOURS', '0.05');
    expect(read).toThrow(/COMMAND_RETENTION_HOURS: must be at least 24 \(.*24 hours.*SHORT_RETENTION/);
    vi.stubEnv('SHORT_RETENTION', 'true');
    expect(read().COMMAND_RETENTION_HOURS).toBe(0.05);
    vi.stubEnv('NODE_ENV', 'production');
    expect(read).toThrow('SHORT_RETENTION: must be false in production');
    for (const name of settingNames.filter((one) => one.endsWith('_RETENTION_HOURS'))) {
      vi.stubEnv('SHORT_RETENTION', 'false');
      vi.stubEnv(name, '0.5');
      expect(() => readSettings(name, 'SHORT_RETENTION'), name).toThrow(`${name}: must be at least`);
    }
  });

  it('refuses API keys of the old form and shows the new one, but never a key', () => {
    vi.stubEnv('API_KEYS', 'hidden-key:orders');
    expect(() => readSettings('API_KEYS')).toThrow(/API_KEYS: Entry 1 .*name:key:scope\+scope/);
    expect(() => readSettings('API_KEYS')).not.toThrow('hidden-key');
  });

  it('reads a list of origins as browsers send them', () => {
    expect(readSettings('CORS_ORIGINS')).toEqual({ CORS_ORIGINS: [] });
    vi.stubEnv('CORS_ORIGINS', 'https://shop.example.com, http://localhost:5173');
    expect(readSettings('CORS_ORIGINS')).toEqual({ CORS_ORIGINS: ['https://shop.example.com', 'http://localhost:5173'] });
    for (const wrong of ['*', 'shop.example.com', 'https://shop.example.com/', 'https://a.test,', 'null']) {
      vi.stubEnv('CORS_ORIGINS', wrong);
      expect(() => readSettings('CORS_ORIGINS'), wrong).toThrow('CORS_ORIGINS: must be origins');
    }
  });

  it('takes a mail address with or without a name, and refuses what no mail can be sent to', () => {
    for (const right of ['ops@example.com', 'Night shift <ops@example.com>', '"Shift, night" <ops@example.com>']) {
      vi.stubEnv('OPERATIONS_MAIL', right);
      expect(readSettings('OPERATIONS_MAIL')).toEqual({ OPERATIONS_MAIL: right });
      expect(parseMailAddress(right)?.address).toBe('ops@example.com');
    }
    for (const wrong of [
      'ops',
      'a@b.test, c@d.test',
      'Ops <a@b.test',
      '<a@b.test> Ops',
      'a@b@c',
      'a@b.test,',
      'a b@c',
      'x: a@b;',
    ]) {
      vi.stubEnv('OPERATIONS_MAIL', wrong);
      expect(() => readSettings('OPERATIONS_MAIL'), wrong).toThrow('OPERATIONS_MAIL: must be one mail address');
    }
  });
});

describe('the ports of participants', () => {
  it('are each used once, and by no other setting', () => {
    const ports = Object.values(participantPorts);
    expect(new Set(ports).size).toBe(ports.length);
    const others = readSettings(...settingNames.filter((name) => !participantUrlSettings.some((setting) => setting === name)));
    for (const port of ports) expect(JSON.stringify(others)).not.toMatch(new RegExp(`\\b${port}\\b`));
  });
});

describe('.env.example', () => {
  it('lists every setting and no other', () => {
    const listed = [...readFileSync('.env.example', 'utf8').matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map((match) => match[1]);
    expect(listed.sort()).toEqual([...settingNames].sort());
  });
});
