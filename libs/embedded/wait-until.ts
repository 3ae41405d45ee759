import { setTimeout as delay } from 'node:timers/promises';

export interface WaitOptions {
  withinMs: number;
  /** How long to pause between two questions; 50 ms unless told. */
  everyMs?: number;
  signal?: AbortSignal | undefined;
}

/**
 * Asks until the answer is yes.
 *
 * @returns false when it has not been yes within the time.
 * @throws what `condition` throws, and the signal's reason when that aborts.
 */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  { withinMs, everyMs = 50, signal }: WaitOptions,
): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    signal?.throwIfAborted();
    if (await condition()) return true;
    if (performance.now() >= deadline) return false;
    await delay(everyMs);
  }
}
