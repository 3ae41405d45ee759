import { describe, expect, it } from 'vitest';
import { percentile, spread } from './statistics.js';

describe('statistics', () => {
  it('finds the value below which a share of the samples lies', () => {
    const samples = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect([percentile(samples, 0), percentile(samples, 0.5), percentile(samples, 0.99)]).toEqual([1, 51, 100]);
  });

  it('never shows a median without its spread', () => {
    expect(spread([3, 1, 2])).toBe('2.0 (1.0–3.0)');
  });
});
