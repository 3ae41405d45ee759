export interface Load {
  /** How many to run, and how many of them at once. */
  total: number;
  concurrency: number;
}

export interface LoadResult {
  wallMs: number;
  /** From start to end of each, in ms. */
  latencies: number[];
}

/** Runs `one` `total` times with `concurrency` of them under way; the first error ends the run. */
export async function runLoad({ total, concurrency }: Load, one: (index: number) => Promise<unknown>): Promise<LoadResult> {
  const latencies: number[] = [];
  let next = 0;
  const startedAt = performance.now();
  const lane = async () => {
    while (next < total) {
      const index = next++;
      const from = performance.now();
      await one(index);
      latencies.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  return { wallMs: performance.now() - startedAt, latencies };
}
