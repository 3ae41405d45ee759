import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { catalogueOf, eventCatalogue } from './event-catalogue.js';
import type { VersionStep } from './event/event-family.js';

const schema = z.object({ id: z.string() });
const step = (from: number, type = 'test.happened'): VersionStep => ({
  type,
  from,
  up: (older) => older,
  down: (newer) => newer,
  lossless: { up: true, down: true },
  deprecation: { status: 'deprecated', from: '2026-01-01T00:00:00Z', sunset: '2026-07-01T00:00:00Z', migration: 'Nothing.' },
});
const versions = (...numbers: number[]) => Object.fromEntries(numbers.map((n) => [`test.happened.v${n}`, schema]));

describe('the catalogue', () => {
  it('lists the types by name, each with its versions from the oldest', () => {
    const names = [...eventCatalogue.keys()];
    expect(names).toEqual([...names].sort());
    expect(names).toContain('order.approved');
    const { versions: listed } = catalogueOf([{ schemas: versions(2, 1), steps: [step(1)] }]).get('test.happened')!;
    expect(listed.map(({ version, status }) => [version, status])).toEqual([
      [1, 'deprecated'],
      [2, 'active'],
    ]);
  });

  it.each([
    ['a name without a version', { schemas: { 'test.happened': schema } }, 'is not named'],
    ['a name with a version 0', { schemas: { 'test.happened.v0': schema } }, 'is not named'],
    ['a name without a service', { schemas: { 'happened.v1': schema } }, 'is not named'],
    ['a first version that is not 1', { schemas: versions(2) }, 'no version 1'],
    ['a hole', { schemas: versions(1, 3), steps: [step(1)] }, 'no version 2'],
    ['versions without a step', { schemas: versions(1, 2) }, 'needs one step'],
    ['a step that is left over', { schemas: versions(1), steps: [step(1)] }, 'needs one step'],
    ['a step in another place', { schemas: versions(1, 2), steps: [step(2)] }, 'no step from version 1'],
    ['a step of another event', { schemas: versions(1), steps: [step(1, 'test.ended')] }, 'a step of test.ended'],
  ])('refuses %s', (_name, family, message) => {
    expect(() => catalogueOf([family])).toThrow(message);
  });

  it('refuses a type in two families', () => {
    expect(() => catalogueOf([{ schemas: versions(1) }, { schemas: versions(1) }])).toThrow('two families');
  });

  it('has ends that come after their beginnings', () => {
    const ends = [...eventCatalogue.values()].flatMap((type) => type.versions.flatMap(({ deprecation }) => deprecation ?? []));
    expect(ends).not.toHaveLength(0);
    for (const { from, sunset, migration } of ends) {
      for (const time of [from, sunset]) expect(z.iso.datetime().safeParse(time).error).toBeUndefined();
      expect(Date.parse(sunset)).toBeGreaterThan(Date.parse(from));
      expect(migration).toMatch(/\S/);
    }
  });
});
