import { describe, expect, it } from 'vitest';
import { lineThrough, percentile, spread } from './statistics.js';

describe('statistics', () => {
  it('finds the value below which a share of the samples lies', () => {
    const samples = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect([percentile(samples, 0), percentile(samples, 0.5), percentile(samples, 0.99)]).toEqual([1, 51, 100]);
  });

  it('never shows a median without its spread', () => {
    expect(spread([3, 1, 2])).toBe('2.0 (1.0–3.0)');
  });

  it('finds the line that points lie on', () => {
    const { slope, intercept, fit } = lineThrough([
      [2, 7],
      [5, 13],
      [10, 23],
    ]);
    expect([slope, intercept, fit]).toEqual([2, 3, 1]);
  });

  it('says how badly a line fits what is no line', () => {
    const square = [2, 5, 10, 20].map((n) => [n, n * n] as const);
    expect(lineThrough(square).fit).toBeLessThan(0.97);
    expect(lineThrough(square.map(([n]) => [n, 4] as const))).toEqual({ slope: 0, intercept: 4, fit: 1 });
  });
});
