import { describe, expect, it } from 'vitest';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import { idempotencyKeyOf, preferredWait } from './command-headers.decorator.js';

describe('preferredWait', () => {
  it.each([
    ['wait=5', 5],
    ['wait="5"', 5],
    ['Wait = 7', 7],
    ['respond-async, wait=10', 10],
    ['return=minimal; foo="bar", wait=3; x', 3],
    ['wait=1, wait=9', 1],
    ['wait=30', 30],
  ])('reads %s as %d s', (header, seconds) => {
    expect(preferredWait(header)).toBe(seconds);
  });

  it('waits 30 s at most', () => {
    expect(preferredWait('wait=86400')).toBe(30);
  });

  it.each([undefined, '', 'wait', 'wait=', 'wait=soon', 'wait=-1', 'wait=1.5', 'wait=5"', 'await=5', 'wait=99999999999', ',;=,'])(
    'ignores %s',
    (header) => {
      expect(preferredWait(header)).toBe(0);
    },
  );
});

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
