import { describe, expect, it } from 'vitest';
import { isAllowed } from './address-policy.js';
import { notPublicAddresses } from './not-public-addresses.fixture.js';

const production = { allowLoopback: false };
const embedded = { allowLoopback: true };

describe('isAllowed', () => {
  it.each(['93.184.216.34', '1.1.1.1', '2606:2800:220:1:248:1893:25c8:1946', '2a00:1450:4001:829::200e'])(
    'allows HTTPS to the public address %s, and no HTTP',
    (address) => {
      expect(isAllowed({ address, protocol: 'https:', port: 443 }, production)).toBe(true);
      expect(isAllowed({ address, protocol: 'http:', port: 443 }, production)).toBe(false);
      expect(isAllowed({ address, protocol: 'http:', port: 443 }, embedded)).toBe(false);
    },
  );

  it.each(Object.entries(notPublicAddresses))('refuses %s (%s)', (_, address) => {
    expect(isAllowed({ address, protocol: 'https:', port: 443 }, production)).toBe(false);
    expect(isAllowed({ address, protocol: 'http:', port: 443 }, production)).toBe(false);
  });

  it('allows loopback and no other private address if the policy says so', () => {
    const passing = Object.values(notPublicAddresses).filter((address) =>
      isAllowed({ address, protocol: 'http:', port: 443 }, embedded),
    );
    expect(passing.sort()).toEqual(['127.0.0.1', '127.255.255.254', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1'].sort());
  });

  it.each(['', 'localhost', '127.1', '0x7f.1', '2130706433', '1.2.3', '::g'])('refuses %j, which is no address', (text) => {
    expect(isAllowed({ address: text, protocol: 'https:', port: 443 }, embedded)).toBe(false);
  });

  it('refuses the ports of the installation, on loopback only', () => {
    const policy = { allowLoopback: true, internalPorts: new Set([3_001]) };
    for (const address of ['127.0.0.1', '127.0.0.9', '::1', '::ffff:127.0.0.1'])
      expect(isAllowed({ address, protocol: 'http:', port: 3_001 }, policy)).toBe(false);
    expect(isAllowed({ address: '127.0.0.1', protocol: 'http:', port: 8_080 }, policy)).toBe(true);
    expect(isAllowed({ address: '1.1.1.1', protocol: 'https:', port: 3_001 }, policy)).toBe(true);
  });
});
