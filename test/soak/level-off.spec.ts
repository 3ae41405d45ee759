import { describe, expect, it } from 'vitest';
import { levelOf } from './level-off.js';

const LOAD_MS = 1_800_000;
const EVERY_MS = 15_000;
/** What a table would have had at each count of a load of half an hour. */
const counted = (rowsAt: (minute: number) => number) =>
  Array.from({ length: LOAD_MS / EVERY_MS + 1 }, (_, number) => ({
    atMs: number * EVERY_MS,
    rows: Math.round(rowsAt((number * EVERY_MS) / 60_000)),
  }));
const levelled = (rowsAt: (minute: number) => number, bound?: number) => levelOf(counted(rowsAt), LOAD_MS, bound).levelled;

describe('levelOf', () => {
  it.each<[string, (minute: number) => number]>([
    ['is never trimmed', (minute) => minute * 300],
    ['gets one row a minute and loses none', (minute) => minute],
    ['had many rows before the load, and grows', (minute) => 50_000 + minute * 20],
    ['is trimmed, but too slowly', (minute) => Math.min(minute, 2) * 300 + Math.max(0, minute - 2) * 60],
    ['is trimmed in batches, and grows nevertheless', (minute) => minute * 100 + (minute % 3) * 50],
  ])('fails a table that %s', (_, rowsAt) => {
    expect(levelled(rowsAt)).toBe(false);
  });

  it.each<[string, (minute: number) => number]>([
    ['stays empty', () => 0],
    ['has the rows that it had before the load', () => 1_000],
    ['keeps what came within two minutes', (minute) => Math.min(minute, 2) * 300],
    ['is trimmed in batches', (minute) => 600 + (minute % 3) * 300],
    ['has to keep rows for the first third', (minute) => (minute < 9 ? minute : Math.max(2, 20 - minute)) * 300],
    ['has few rows, by chance more in the end', (minute) => (minute > 20 ? 31 : 20) + (minute % 2)],
    ['gets its last rows early', (minute) => Math.min(minute, 8)],
    ['is a queue that is emptied', (minute) => (minute % 2 < 1 ? 0 : minute > 20 ? 40 : 4)],
  ])('passes a table that %s', (_, rowsAt) => {
    expect(levelled(rowsAt)).toBe(true);
  });

  it('passes a table that grows up to its bound, and fails it beyond', () => {
    expect(levelled((minute) => minute * 30, 1_000)).toBe(true);
    expect(levelled((minute) => minute * 40, 1_000)).toBe(false);
  });

  it('does not judge what was not counted', () => {
    expect(() => levelOf([{ atMs: 0, rows: 0 }], LOAD_MS)).toThrow('No rows were counted in third 2 of the load');
  });
});
