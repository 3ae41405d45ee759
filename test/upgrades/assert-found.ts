import { expect } from 'vitest';
import type { Report } from '../../libs/replay/judge.js';
import type { ExpectedBreak, ExpectedDifference, PlantedChange } from './plant.js';

/** The report names the workflow, the step and the path of a change that replays, and nothing else. */
export function assertFindsDifference(report: Report, { expect: expected }: PlantedChange): void {
  const { workflow, step, paths } = expected as ExpectedDifference;
  expect(report.breaks).toEqual([]);
  expect(report.kind).toBe('differs');
  expect([...new Set(report.differences.map(({ path }) => path))].toSorted()).toEqual(paths);
  for (const path of paths) expect(report.differences).toContainEqual(expect.objectContaining({ workflow, step, path }));
}

/** The report names the workflow, the event, both commands and the place of a change that does not replay. */
export function assertFindsBreak(report: Report, { expect: expected }: PlantedChange): void {
  const { workflow, event, expected: command, found, at } = expected as ExpectedBreak;
  expect(report.kind).toBe('breaks');
  const broken = report.breaks.find((one) => one.workflow === workflow);
  expect(broken?.divergence).toEqual({
    event: expect.stringMatching(event),
    expected: expect.stringContaining(command),
    found: typeof found === 'string' ? found : expect.stringMatching(found),
    at: at && expect.stringMatching(at),
    because: expect.any(String),
  });
}
