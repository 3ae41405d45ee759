import { describe, expect, it } from 'vitest';
import { outboxDatabases } from './outbox-databases.js';

describe('outboxDatabases', () => {
  it('reads an address for each service', () => {
    expect(outboxDatabases(' rail=postgresql://r:p=1@db:5432/rail?a=b, ship=postgres://other/x,')).toEqual({
      rail: 'postgresql://r:p=1@db:5432/rail?a=b',
      ship: 'postgres://other/x',
    });
    expect(outboxDatabases('')).toEqual({});
  });

  it.each([
    'rail',
    'rail=',
    '=postgresql://db/x',
    'rail=http://db/x',
    'Rail=postgresql://db/x',
    'r=postgres://a/x,r=postgres://b/x',
  ])('knows that %j is no such list', (text) => expect(outboxDatabases(text)).toBeUndefined());
});
