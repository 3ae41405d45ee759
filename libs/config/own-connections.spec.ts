import { describe, expect, it } from 'vitest';
import { guardOwnConnections } from './own-connections.js';

const guarded = (environment: NodeJS.ProcessEnv) => {
  guardOwnConnections(environment);
  return environment;
};
const entries = (list: string | undefined) => list?.split(',');

describe('guardOwnConnections', () => {
  it("removes libpq's variables and no other", () => {
    const environment = guarded({ PGSSLMODE: 'require', PGOPTIONS: '-c x=y', PGHOST: 'a', PGPASSFILE: 'b', PG: '1', PORT: '2' });
    expect(Object.keys(environment).filter((name) => !/no_proxy/i.test(name))).toEqual(['PG', 'PORT']);
  });

  it.each([{}, { no_proxy: '' }])('exempts loopback from proxies where %j exempts nothing', (environment) => {
    const { no_proxy: lower, NO_PROXY: upper } = guarded({ ...environment });
    expect(entries(lower)).toEqual(expect.arrayContaining(['localhost', '127.0.0.1', '::1']));
    expect(upper).toBe(lower);
  });

  it('keeps what is exempt already, in either case and for gRPC', () => {
    const {
      no_proxy: lower,
      NO_PROXY: upper,
      no_grpc_proxy: grpc,
    } = guarded({ NO_PROXY: 'a.test b.test', no_grpc_proxy: 'c.test' });
    for (const list of [lower, upper]) expect(entries(list)).toEqual(expect.arrayContaining(['a.test', 'b.test', 'localhost']));
    expect(entries(grpc)).toEqual(expect.arrayContaining(['c.test', '127.0.0.1']));
  });

  it('leaves alone what exempts everything, and changes nothing the second time', () => {
    expect(guarded({ no_proxy: '*' })).toEqual({ no_proxy: '*', NO_PROXY: '*' });
    const once = guarded({ no_proxy: 'a.test' });
    expect(guarded({ ...once })).toEqual(once);
  });
});
