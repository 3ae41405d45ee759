import { describe, expect, it } from 'vitest';
import { makeSchedule } from './make-schedule.js';
import { minimise } from './minimise.js';
import type { Schedule } from './schedule.js';

const whole = makeSchedule({ seed: 3, seconds: 60, rate: 3, clocks: false });
const [life, other] = [whole.lives[5]!, whole.lives[9]!];
const kill = whole.disturbances.find(({ kind }) => kind === 'kill')!;
const violation = (invariant: string) => ({ invariant, promise: '', rows: [] });
const options = { withinMs: 10_000, log: () => {} };

/** A system that fails whenever all of this is in the schedule. */
const failsWith =
  (...ids: string[]) =>
  ({ lives, disturbances }: Schedule) =>
    Promise.resolve({
      violations:
        ids.every((id) => lives.some((one) => one.id === id)) && disturbances.some(({ kind }) => kind === 'kill')
          ? [violation('locks-none-is-left')]
          : [],
    });

describe('minimise', () => {
  it('keeps what the failure needs and nothing else', async () => {
    const failed = { violations: [violation('locks-none-is-left')], lives: [] };
    const smaller = await minimise(whole, failed, { ...options, run: failsWith(life.id, other.id) });
    expect(smaller.lives.map(({ id }) => id)).toEqual([life.id, other.id]);
    expect(smaller.disturbances).toHaveLength(1);
    expect(smaller.disturbances[0]!.kind).toBe(kill.kind);
    // Nobody waits for what was dropped.
    expect(Math.min(...[...smaller.lives, ...smaller.disturbances].map(({ atMs }) => atMs))).toBe(500);
  });

  it('tries first what the violations are about', async () => {
    const tried: number[] = [];
    const run = (schedule: Schedule) => {
      tried.push(schedule.lives.length);
      return failsWith(life.id)(schedule);
    };
    await minimise(whole, { violations: [violation('locks-none-is-left')], lives: [life.id] }, { ...options, run });
    expect(tried[0]).toBe(1);
  });

  it('does not take another failure for the one that it looks for', async () => {
    const run = () => Promise.resolve({ violations: [violation('mails-are-sent-once')] });
    const failed = { violations: [violation('locks-none-is-left')], lives: [] };
    expect((await minimise(whole, failed, { ...options, run })).lives).toHaveLength(whole.lives.length);
  });

  it('ends when its time is up', async () => {
    const failed = { violations: [violation('locks-none-is-left')], lives: [] };
    const smaller = await minimise(whole, failed, { ...options, withinMs: 0, run: failsWith(life.id) });
    expect(smaller.lives).toHaveLength(whole.lives.length);
  });
});
