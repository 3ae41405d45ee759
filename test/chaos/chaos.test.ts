import { mkdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { givenEnvironment } from '../../libs/config/settings.js';
import { writeSchedule } from './schedule.js';
import { resultInWords, seededRun } from './seeded-run.js';

const KEPT = '.roundtrip/chaos';

// Another seed at a second try would hide what the first one showed.
it('every invariant holds after a minute of chaos', { retry: 0, timeout: 400_000 }, async () => {
  const given = givenEnvironment().CHAOS_SEED;
  const seed = given === undefined ? Date.now() % 2 ** 31 : Number(given);
  const say = (line: string) => void process.stdout.write(`  ${line}\n`);
  say(`the same schedule again: CHAOS_SEED=${seed}`);
  const { schedule, result } = await seededRun({ seed, seconds: 60 }, {});
  for (const line of resultInWords(result)) say(line);
  if (result.violations.length > 0) {
    mkdirSync(KEPT, { recursive: true });
    const file = `${KEPT}/${seed}.json`;
    writeSchedule(file, schedule);
    say(`again, and smaller: npm run chaos -- --schedule ${file}`);
  }
  expect(result.violations.map(({ invariant }) => invariant)).toEqual([]);
});
