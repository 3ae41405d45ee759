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
  it('reads back while entries may become visible late, and no longer', () => {
    expect(watermark.since()).toEqual(new Date(noon - 5_000));
    elapsed = 2_000;
    expect(watermark.since()).toEqual(new Date(noon - 3_000));
    elapsed = 60_000;
    expect(watermark.since()).toEqual(new Date(noon + 1));
  });

  it('advances with the newest time of Temporal and never goes back', () => {
    elapsed = 60_000;
    expect(watermark.advance(new Date(noon + 1_000))).toBe(true);
    expect(watermark.advance(new Date(noon + 500))).toBe(false);
    expect(watermark.value).toEqual(new Date(noon + 1_000));
    expect(watermark.since()).toEqual(new Date(noon - 4_000));
  });

  it('starts with everything that Temporal retains', () => {
    expect(new VisibilityWatermark().since()).toEqual(new Date(0));
  });
});
