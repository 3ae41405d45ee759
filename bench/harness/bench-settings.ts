/** How much each bench measures; those of sagas have one size. */
const sizes = {
  sagas: { rounds: 5, total: 300, concurrency: 50, alone: 40 },
  channel: { rounds: 5, total: 2_000, alone: 100 },
  hooks: { rounds: 5, total: 2_000, alone: 100 },
  relay: { rounds: 5, total: 5_000, commits: 1_000 },
  storage: { total: 2_000, warm: 500, concurrency: 8 },
  growth: { rounds: 5, total: 200, alone: 50, moved: 20_000, small: 10_000, events: 2_000_000, orders: 1_000_000 },
};

/** How much a bench measures: `total` of them under load, `alone` of them one at a time. `BENCH_TOTAL` and so on outweigh the default. */
export function benchSettings<Bench extends keyof typeof sizes>(bench: Bench): (typeof sizes)[Bench] {
  const asked = Object.entries(sizes[bench]).map(([name, size]) => [
    name,
    Number(process.env[`BENCH_${name.toUpperCase()}`] ?? size),
  ]);
  return Object.fromEntries(asked) as (typeof sizes)[Bench];
}
