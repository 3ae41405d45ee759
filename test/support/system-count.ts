import { totalmem } from 'node:os';
import { givenEnvironment } from '../../libs/config/settings.js';

/** For two systems of 2.5 GB each, and what tests them. */
const GIB_FOR_TWO = 7;

/**
 * How many whole systems `npm test` runs side by side, each with a test file at a time: most of a file's time is waiting. `TEST_SYSTEMS` says
 * another number than two. It is one where servers are given that systems would have to share.
 */
export function systemCount(): number {
  const { TEST_SYSTEMS: wanted, DATABASE_URL, TEMPORAL_ADDRESS } = givenEnvironment();
  if (DATABASE_URL || TEMPORAL_ADDRESS) return 1;
  if (wanted) return Math.max(1, Math.trunc(Number(wanted)) || 1);
  return totalmem() < GIB_FOR_TWO * 1024 ** 3 ? 1 : 2;
}
