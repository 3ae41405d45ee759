import { describe, expect, it } from 'vitest';
import { OriginPolicy } from './origin-policy.js';

const settings = {
  HOST: '127.0.0.2',
  PUBLIC_URL: 'https://api.example.com/base',
  CORS_ORIGINS: ['https://shop.example.com'],
};
const withoutKeys = new OriginPolicy(settings, false);
const withKeys = new OriginPolicy(settings, true);
const code = (expected: string) => expect.objectContaining({ problem: expect.objectContaining({ status: 403, code: expected }) });

describe('an API without keys', () => {
  it.each([
    '127.0.0.1',
    '127.0.0.1:3000',
    'localhost',
    'LOCALHOST:80',
    '[::1]',
    '[::1]:3000',
    '127.0.0.2:3000',
    'api.example.com',
    'api.example.com:443',
  ])('answers to the Host %s', (host) => {
    expect(() => withoutKeys.check({ host })).not.toThrow();
  });

  it.each([
    'evil.test',
    '127.0.0.1.evil.test',
    'evil.test:3000',
    'localhost.evil.test',
    'localhost:3000@evil.test',
    'evil.test/127.0.0.1',
    '127.0.0.3',
    '0.0.0.0:3000',
    '[::2]',
    'api.example.com.evil.test',
    'localhost:',
    '',
  ])('refuses the Host %j and names PUBLIC_URL', (host) => {
    const detail = expect.stringMatching(/PUBLIC_URL.*https:\/\/api\.example\.com\/base/);
    expect(() => withoutKeys.check({ host })).toThrow(
      expect.objectContaining({ problem: expect.objectContaining({ status: 403, code: 'HOST_REFUSED', detail }) }),
    );
  });

  it.each([
    'http://127.0.0.1:3000',
    'http://localhost:5173',
    'https://localhost',
    'http://[::1]:8080',
    'https://api.example.com',
    'https://shop.example.com',
  ])('takes requests of pages of %s', (origin) => {
    expect(() => withoutKeys.check({ host: 'localhost', origin })).not.toThrow();
  });

  it.each([
    'http://evil.test',
    'null',
    '',
    'http://localhost.evil.test',
    'http://127.0.0.1.evil.test:3000',
    'http://api.example.com',
    'https://api.example.com:8443',
    'https://shop.example.com.evil.test',
    'file://localhost',
    'http://user@localhost',
    'http://localhost/path',
  ])('refuses requests of pages of %j', (origin) => {
    expect(() => withoutKeys.check({ host: 'localhost', origin })).toThrow(code('ORIGIN_REFUSED'));
    expect(() => withoutKeys.checkSocket({ host: 'localhost', origin })).toThrow(code('ORIGIN_REFUSED'));
  });

  it('takes requests that no page has sent', () => {
    expect(() => withoutKeys.check({})).not.toThrow();
  });
});

describe('an API with keys', () => {
  it('answers to every Host, and every Origin but for sockets', () => {
    expect(() => withKeys.check({ host: 'evil.test', origin: 'http://evil.test' })).not.toThrow();
    expect(() => withKeys.checkSocket({ host: 'a.test' })).not.toThrow();
    expect(() => withKeys.checkSocket({ host: 'a.test:1', origin: 'http://a.test:1' })).not.toThrow();
    expect(() => withKeys.checkSocket({ host: 'a.test', origin: 'https://shop.example.com' })).not.toThrow();
    expect(() => withKeys.checkSocket({ host: 'a.test', origin: 'http://evil.test' })).toThrow(code('ORIGIN_REFUSED'));
  });
});
