import { sequenceOf } from '../event/render-event.js';

/** An epoch of the log: the time from its making, or from a restore, to the next restore. */
export interface LogEpoch {
  epoch: string;
  /** The last position that the log had when the epoch began: up to there all epochs have the same events. */
  beginsAfter: number;
}

/** A place in the log. Without an epoch it is a bare `sequence`, which cannot say what log it is of. */
export interface LogCursor {
  position: number;
  epoch?: string;
}

/** The cursor that readers are given. It is opaque to them. */
export const cursorOf = (position: number, epoch: string): string => `${sequenceOf(position)}-${epoch}`;

/** Reads a cursor or a bare `sequence`; undefined for any other text. */
export function parseCursor(text: string): LogCursor | undefined {
  const [, digits, epoch] = /^(\d{1,20})(?:-([0-9a-f]{12}))?$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  return { position: Number(digits), ...(epoch === undefined ? {} : { epoch }) };
}

/**
 * Why a cursor is not of this log: it is of another one, or it lies in what a restore has undone. Undefined if it is good.
 * @param epochs of the log, oldest first.
 */
export function foreignTo({ position, epoch }: LogCursor, epochs: readonly LogEpoch[]): string | undefined {
  if (epoch === undefined) return undefined;
  const index = epochs.findIndex((known) => known.epoch === epoch);
  if (index < 0) return 'is of another log';
  const undone = epochs.slice(index + 1).some(({ beginsAfter }) => position > beginsAfter);
  return undone ? 'lies beyond the point that the log was restored to' : undefined;
}
