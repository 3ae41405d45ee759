import { setTimeout as delay } from 'node:timers/promises';

const PAUSE_MS = 50;

/**
 * Asks until the answer is yes.
 *
 * @returns false when it has not been yes within the time.
 * @throws what `condition` throws.
 */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  { withinMs }: { withinMs: number },
): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    if (await condition()) return true;
    if (performance.now() >= deadline) return false;
    await delay(PAUSE_MS);
  }
}
