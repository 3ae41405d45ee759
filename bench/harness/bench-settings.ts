const setting = (name: string, fallback: number) => Number(process.env[name] ?? fallback);

/** How much is measured; the environment says otherwise. */
export const benchSettings = {
  rounds: setting('BENCH_ROUNDS', 5),
  load: { total: setting('BENCH_TOTAL', 300), concurrency: setting('BENCH_CONCURRENCY', 50) },
  /** How many one at a time. */
  alone: setting('BENCH_ALONE', 40),
};
