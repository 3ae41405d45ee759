import { describe, expect, it } from 'vitest';
import { cursorOf, tokenOf } from './page-token.js';

const token = Buffer.from('{"RunID":"x"}');

describe('cursorOf and tokenOf', () => {
  it('carry a token through a URL', () => {
    const cursor = cursorOf(token, 'a query')!;
    expect(cursor).toMatch(/^[\w-]+$/);
    expect(Buffer.from(tokenOf(cursor, 'a query'))).toEqual(token);
  });

  it('end a list whose token is empty', () => {
    expect(cursorOf(new Uint8Array(), 'a query')).toBeNull();
  });

  it.each([
    ['of another query', () => tokenOf(cursorOf(token, 'a query')!, 'another query')],
    ['that was damaged', () => tokenOf(`${cursorOf(token, 'a query')!.slice(0, -2)}AA`, 'a query')],
    ['that was cut off', () => tokenOf(cursorOf(token, 'a query')!.slice(0, 11), 'a query')],
    ['that was made up', () => tokenOf('garbage', 'a query')],
    ['that is no base64', () => tokenOf('%%%', 'a query')],
  ])('refuse a cursor %s', (_, read) => {
    expect(read).toThrow(expect.objectContaining({ problem: expect.objectContaining({ status: 422, code: 'INVALID_CURSOR' }) }));
  });
});
