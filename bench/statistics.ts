/** The value below which `share` (0 to 1) of the samples lie. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const median = (samples: readonly number[]): number => percentile(samples, 0.5);

/** `median (lowest–highest)`: these machines are noisy, so no figure goes without its spread. */
export function spread(samples: readonly number[], digits = 1): string {
  const text = (value: number) => value.toFixed(digits);
  return `${text(median(samples))} (${text(Math.min(...samples))}–${text(Math.max(...samples))})`;
}

export interface Line {
  slope: number;
  intercept: number;
  /** The share of the variance that the line explains: 1 when every point lies on it. */
  fit: number;
}

/** The line with the least squares of distances to the points `[x, y]`; at least two of them, at different `x`. */
export function lineThrough(points: readonly (readonly [number, number])[]): Line {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const x = mean(points.map(([at]) => at));
  const y = mean(points.map(([, value]) => value));
  const products = (of: (at: number, value: number) => number) =>
    points.reduce((sum, [at, value]) => sum + of(at - x, value - y), 0);
  const [xx, xy, yy] = [products((dx) => dx * dx), products((dx, dy) => dx * dy), products((_, dy) => dy * dy)];
  const slope = xy / xx;
  return { slope, intercept: y - slope * x, fit: yy === 0 ? 1 : (xy * xy) / (xx * yy) };
}
