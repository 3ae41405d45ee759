import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeSchedule, SAGAS_PER_LIFE } from './make-schedule.js';
import { readSchedule, writeSchedule } from './schedule.js';

const wanted = { seed: 7, seconds: 60, rate: 5, clocks: true };
const schedules = Array.from({ length: 50 }, (_, seed) => makeSchedule({ ...wanted, seed }));
const folder = mkdtempSync(path.join(tmpdir(), 'schedule-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('makeSchedule', () => {
  it('makes the same of the same seed', () => {
    expect(makeSchedule(wanted)).toEqual(makeSchedule(wanted));
    expect(makeSchedule({ ...wanted, seed: 8 })).not.toEqual(makeSchedule(wanted));
  });

  it('keeps to the rate of sagas', () => {
    const requests = schedules.flatMap(({ lives }) => lives.map((life) => life.requests.length));
    const mean = requests.reduce((sum, count) => sum + count, 0) / requests.length;
    expect(mean).toBeCloseTo(SAGAS_PER_LIFE, 1);
    expect(requests.length / schedules.length / wanted.seconds).toBeCloseTo(wanted.rate / SAGAS_PER_LIFE, 1);
  });

  it('knows every request, every disturbance and every interference', () => {
    const kinds = (all: readonly string[]) => [...new Set(all)].sort();
    const requests = schedules.flatMap(({ lives }) => lives.flatMap((life) => life.requests));
    expect(kinds(requests.map(({ what }) => what))).toHaveLength(7);
    expect(kinds(schedules.flatMap(({ disturbances }) => disturbances.map(({ kind }) => kind)))).toHaveLength(5);
    expect(kinds(requests.flatMap(({ interference }) => (interference ? [interference.kind] : [])))).toHaveLength(6);
  });

  it('lets no process die more often than its supervisor bears', () => {
    for (const { disturbances } of schedules) {
      const deaths = new Map<string, number>();
      for (const one of disturbances) {
        if (one.kind !== 'kill') continue;
        expect(one.atMs - (deaths.get(one.process) ?? -60_000)).toBeGreaterThanOrEqual(20_000);
        deaths.set(one.process, one.atMs);
      }
    }
  });

  it('moves no clock where that cannot be done', () => {
    const { disturbances } = makeSchedule({ ...wanted, seconds: 600, clocks: false });
    expect(disturbances.filter(({ kind }) => kind === 'clock')).toEqual([]);
  });
});

describe('a schedule in a file', () => {
  const file = path.join(folder, 'one.json');

  it('is the schedule that was written', () => {
    writeSchedule(file, schedules[0]!);
    expect(readSchedule(file)).toEqual(schedules[0]);
  });

  it('is refused when it names something unknown', () => {
    const fault = {
      kind: 'fault',
      atMs: 0,
      participant: 'order',
      operation: 'fly',
      mode: 'error',
      probability: 1,
      forMs: 1,
    } as const;
    writeSchedule(file, { ...schedules[0]!, disturbances: [fault] });
    expect(() => readSchedule(file)).toThrow('order.fly');
    writeFileSync(file, JSON.stringify({ ...schedules[0], more: 1 }));
    expect(() => readSchedule(file)).toThrow('more');
  });

  it('can be read from every kept schedule', () => {
    for (const kept of readdirSync('test/chaos/regressions').filter((name) => name.endsWith('.json')))
      expect(readSchedule(path.join('test/chaos/regressions', kept)).lives.length, kept).toBeGreaterThan(0);
  });
});
