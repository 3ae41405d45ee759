import { describe, expect, it } from 'vitest';
import { preferredWait } from './command-headers.decorator.js';

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
