import { describe, expect, it } from 'vitest';
import { DISABLE_AFTER_MS, failureActionFor } from './failing-endpoint.js';

const failingSince = new Date(0);
const after = (share: number) => new Date(share * DISABLE_AFTER_MS);
const endpoint = { failingSince, failures: 10, warnedPercent: 0 };

describe('failureActionFor', () => {
  it('disables after five days', () => {
    expect(DISABLE_AFTER_MS).toBe(5 * 24 * 3_600_000);
    expect(failureActionFor(endpoint, after(1))).toBe('disable');
  });

  it.each([
    [0.49, 0, undefined],
    [0.5, 0, { warn: 50 }],
    [0.6, 50, undefined],
    [0.7, 50, { warn: 70 }],
    [0.95, 70, { warn: 90 }],
    [0.95, 0, { warn: 90 }],
    [0.99, 90, undefined],
  ])('at %d of the time, after the warning %i, says %j', (share, warnedPercent, expected) => {
    expect(failureActionFor({ ...endpoint, warnedPercent }, after(share))).toEqual(expected);
  });

  it('does not disable an endpoint for a few old failures', () => {
    expect(failureActionFor({ ...endpoint, failures: 9, warnedPercent: 90 }, after(2))).toBeUndefined();
  });
});
