import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { InvalidSettingsError } from './invalid-settings.error.js';
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

  it('reads a list of origins as browsers send them', () => {
    expect(readSettings('CORS_ORIGINS')).toEqual({ CORS_ORIGINS: [] });
    vi.stubEnv('CORS_ORIGINS', 'https://shop.example.com, http://localhost:5173');
    expect(readSettings('CORS_ORIGINS')).toEqual({ CORS_ORIGINS: ['https://shop.example.com', 'http://localhost:5173'] });
    for (const wrong of ['*', 'shop.example.com', 'https://shop.example.com/', 'https://a.test,', 'null']) {
      vi.stubEnv('CORS_ORIGINS', wrong);
      expect(() => readSettings('CORS_ORIGINS'), wrong).toThrow('CORS_ORIGINS: must be origins');
    }
  });
});

describe('.env.example', () => {
  it('lists every setting and no other', () => {
    const listed = [...readFileSync('.env.example', 'utf8').matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map((match) => match[1]);
    expect(listed.sort()).toEqual([...settingNames].sort());
  });
});
