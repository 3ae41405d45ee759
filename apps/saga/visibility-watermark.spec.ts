import { beforeEach, describe, expect, it } from 'vitest';
import { VisibilityWatermark } from './visibility-watermark.js';

const noon = Date.parse('2026-06-01T12:00:00Z');
let elapsed: number;
let watermark: VisibilityWatermark;

beforeEach(() => {
  elapsed = 0;
  watermark = new VisibilityWatermark(new Date(noon), () => elapsed);
});

describe('VisibilityWatermark', () => {
  it('reads again what may have become visible late, and no more once it must be there', () => {
    expect(watermark.since()).toEqual(new Date(noon - 5_000));
    elapsed = 2_000;
    expect(watermark.since()).toEqual(new Date(noon - 3_000));
    elapsed = 60_000;
    expect(watermark.since()).toEqual(new Date(noon));
  });

  it('moves with the newest time of Temporal and never back', () => {
    elapsed = 60_000;
    expect(watermark.advance(new Date(noon + 1_000))).toBe(true);
    expect(watermark.advance(new Date(noon + 500))).toBe(false);
    expect(watermark.value).toEqual(new Date(noon + 1_000));
    expect(watermark.since()).toEqual(new Date(noon - 4_000));
  });

  it('begins with everything that Temporal retains', () => {
    expect(new VisibilityWatermark().since()).toEqual(new Date(0));
  });
});
