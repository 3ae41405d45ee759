import { describe, expect, it } from 'vitest';
import { cursorOf, foreignTo, parseCursor } from './log-cursor.js';

const [first, second, third] = ['aaaaaaaaaaaa', 'bbbbbbbbbbbb', 'cccccccccccc'] as const;
const epochs = [
  { epoch: first, beginsAfter: 0 },
  { epoch: second, beginsAfter: 100 },
  { epoch: third, beginsAfter: 50 },
];

describe('a cursor', () => {
  it('is read as it was written, and as a bare sequence', () => {
    expect(parseCursor(cursorOf(17, first))).toEqual({ position: 17, epoch: first });
    expect(parseCursor('00000000000000000017')).toEqual({ position: 17 });
  });

  it.each(['', 'x', '17-', '17-abc', '-1', '1.5', `1-${first}x`, `1-${first.toUpperCase()}`])('is not %j', (text) => {
    expect(parseCursor(text)).toBeUndefined();
  });

  it.each([
    [first, 50, true],
    [first, 51, false],
    [second, 50, true],
    [second, 99, false],
    [third, 1_000, true],
    ['dddddddddddd', 1, false],
  ])('of the epoch %s at %d is good: %s', (epoch, position, good) => {
    expect(foreignTo({ position, epoch }, epochs) === undefined).toBe(good);
  });

  it('without an epoch is of any log', () => {
    expect(foreignTo({ position: 1_000 }, epochs)).toBeUndefined();
  });
});
