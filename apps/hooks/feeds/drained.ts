import type { Writable } from 'node:stream';

/** Resolves when a stream takes more again, or to false when it has not within the time, has ended, or the signal is given. */
export function drained(stream: Writable, withinMs: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted || stream.destroyed) return Promise.resolve(false);
  if (!stream.writableNeedDrain) return Promise.resolve(true);
  return new Promise((resolve) => {
    const onDrain = () => done(true);
    const onEnd = () => done(false);
    const timer = setTimeout(onEnd, withinMs);
    stream.once('drain', onDrain).once('close', onEnd);
    signal.addEventListener('abort', onEnd, { once: true });
    function done(inTime: boolean): void {
      clearTimeout(timer);
      stream.off('drain', onDrain).off('close', onEnd);
      signal.removeEventListener('abort', onEnd);
      resolve(inTime);
    }
  });
}
