import { describe, expect, it } from 'vitest';
import { runAll } from './run-all.js';

const untilAborted = (signal: AbortSignal) =>
  new Promise<string>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('ended', { cause: signal.reason })));
  });

describe('runAll', () => {
  it('gives the results in order', async () => {
    await expect(runAll(undefined, [async () => 'a', async () => 2])).resolves.toEqual(['a', 2]);
  });

  it('aborts the other tasks when one fails, waits for them, and throws the first error', async () => {
    let ended = false;
    const other = (signal: AbortSignal) => untilAborted(signal).finally(() => (ended = true));
    await expect(
      runAll(undefined, [
        other,
        async () => {
          throw new Error('broken');
        },
      ]),
    ).rejects.toThrow('broken');
    expect(ended).toBe(true);
  });

  it('ends all when the caller says so', async () => {
    const stop = new AbortController();
    const work = runAll(stop.signal, [untilAborted, untilAborted]);
    stop.abort(new Error('stopped'));
    await expect(work).rejects.toThrow('ended');
  });
});
