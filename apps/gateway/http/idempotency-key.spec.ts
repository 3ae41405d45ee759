import { describe, expect, it } from 'vitest';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import { idempotencyKeyOf } from './idempotency-key.js';

const keyIn = (header: string | undefined) => idempotencyKeyOf({ headers: { 'idempotency-key': header } });

describe('idempotencyKeyOf', () => {
  it.each([
    ['abc', 'abc'],
    ['"abc"', 'abc'],
    [String.raw`"a\"b\\c"`, String.raw`a"b\c`],
    ['"', '"'],
    ['"abc', '"abc'],
    ['abc"', 'abc"'],
    [String.raw`"a\b"`, String.raw`"a\b"`],
    ['"a";p=1', '"a";p=1'],
    [`"${'x'.repeat(255)}"`, 'x'.repeat(255)],
    [undefined, undefined],
  ])('reads %j as %j', (header, key) => {
    expect(keyIn(header)).toBe(key);
  });

  it.each(['', '""', 'a b', '"a b"', 'ü', 'x'.repeat(256), `"${'x'.repeat(256)}"`])('refuses %j', (header) => {
    expect(() => keyIn(header)).toThrow(ProblemException);
  });
});
