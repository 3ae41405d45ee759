// Loaded before a process of ours: its clock is `?aheadMs=` ahead of everybody else's.
const aheadMs = Number(new URL(import.meta.url).searchParams.get('aheadMs'));
const Real = Date;
globalThis.Date = class extends Real {
  constructor(...given) {
    if (given.length === 0) super(Real.now() + aheadMs);
    else super(...given);
  }
  static now() {
    return Real.now() + aheadMs;
  }
};
