import { median } from '../../bench/statistics.js';

/** How many rows a table had, so long after the start of the load. */
export interface RowCount {
  atMs: number;
  rows: number;
}

export interface Level {
  /** Rows beyond those of the first count: the medians of the middle and of the last third of the load. */
  middle: number;
  last: number;
  levelled: boolean;
}

/** A table that grows steadily has five thirds as many rows in the last third as in the middle one. */
const TOLERANCE = 1.3;
/** Of a table with hardly any rows, one more means nothing. */
const SLACK_ROWS = 2;
/** Clients come at random, so what is kept of them varies by the root of its number. A table that never loses a row has no such excuse. */
const DEVIATIONS = 3;

/**
 * Whether a table has levelled off during the load. It has not if its last third has clearly more rows than its middle third, all the time: a queue
 * that is emptied now and then falls below the middle at least once.
 *
 * @param counts from before the load on; at least one in each third
 * @param bound a table never has to remove rows before it has so many
 * @throws Error when a third has no count
 */
export function levelOf(counts: readonly RowCount[], loadMs: number, bound = 0): Level {
  const before = counts[0]?.rows ?? 0;
  const third = (number: number) => {
    const rows = counts
      .filter(({ atMs }) => atMs >= (number * loadMs) / 3 && atMs <= ((number + 1) * loadMs) / 3)
      .map((count) => count.rows - before);
    if (rows.length === 0) throw new Error(`No rows were counted in third ${number + 1} of the load; count more often.`);
    return rows;
  };
  const [middle, last] = [median(third(1)), median(third(2))];
  const losesRows = counts.some(({ rows }, number) => number > 0 && rows < counts[number - 1]!.rows);
  const slack = SLACK_ROWS + (losesRows ? DEVIATIONS * Math.sqrt(Math.max(middle, 0)) : 0);
  const grows = last > middle * TOLERANCE + slack && Math.min(...third(2)) > middle;
  return { middle, last, levelled: !grows || before + Math.max(...third(2)) <= bound };
}
