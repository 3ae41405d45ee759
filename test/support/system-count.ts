import { totalmem } from 'node:os';
import { givenEnvironment } from '../../libs/config/settings.js';

/** What a system takes with a test file beside it, and what the machine has to keep for everything else. */
const GIB_PER_SYSTEM = 3;
const GIB_BESIDES = 2;

/**
 * How many whole systems `npm test` runs side by side, each with a test file at a time: most of a file's time is waiting. `TEST_SYSTEMS` says
 * another number than two. It is one where servers are given that systems would have to share.
 */
export function systemCount(): number {
  const { TEST_SYSTEMS: wanted, DATABASE_URL, TEMPORAL_ADDRESS } = givenEnvironment();
  if (DATABASE_URL || TEMPORAL_ADDRESS) return 1;
  if (wanted) return Math.max(1, Math.trunc(Number(wanted)) || 1);
  return totalmem() / 1024 ** 3 < 2 * GIB_PER_SYSTEM + GIB_BESIDES - 1 ? 1 : 2;
}
