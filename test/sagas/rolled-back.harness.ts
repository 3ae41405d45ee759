import { expect } from 'vitest';
import type { OutlinedStep } from '../../contracts/saga/saga-outline.js';
import type { Saga } from '../../contracts/saga/saga.resource.js';
import type { Step } from './step-target.harness.js';

type Timeline = Pick<Saga, 'state' | 'steps' | 'held'>;

const own = (steps: readonly Step[]) => steps.filter(({ compensates }) => compensates === undefined);
const compensationsOf = (steps: readonly Step[]) => steps.filter(({ compensates }) => compensates !== undefined);

/** The compensations of these steps, the last declared first, as name and step. */
const compensationsFor = (outline: readonly OutlinedStep[]) =>
  outline.flatMap(({ name, compensation }) => (compensation === undefined ? [] : [[compensation, name]])).toReversed();

function expectCompensations(steps: readonly Step[], expected: string[][]): void {
  const compensations = compensationsOf(steps);
  expect(compensations.map(({ name, compensates }) => [name, compensates])).toEqual(expected);
  for (const record of compensations) expect(record, record.name).toMatchObject({ state: 'COMPENSATED', error: null });
}

/** Asserts a rollback by a refusal in the first run: only begun steps are compensated, and nothing is sealed. */
export function expectRefused({ state, steps, held }: Timeline, outline: readonly OutlinedStep[], refused?: string): void {
  expect(state).toBe('COMPENSATED');
  expect(held).toEqual([]);
  for (const { name, startedAt } of own(steps)) expect(startedAt, name).not.toBeNull();
  const inState = (wanted: Step['state']) => own(steps).filter((step) => step.state === wanted);
  const names = inState('REFUSED').map(({ name }) => name);
  if (refused === undefined) expect(names).not.toEqual([]);
  else expect(names).toEqual([refused]);
  expect(inState('SEALED')).toEqual([]);
  const begun = new Set(own(steps).flatMap(({ name, state: is }) => (is === 'REFUSED' ? [] : [name])));
  expectCompensations(steps, compensationsFor(outline.filter(({ name }) => begun.has(name))));
}

/**
 * Asserts a rollback in which an earlier task or run may have come further than the last one knows. Every pivot is sealed, or refused by
 * its own key, and every declared step is compensated.
 */
export function expectSealed({ state, steps, held }: Timeline, outline: readonly OutlinedStep[], isRefusedPivot = false): void {
  expect(state).toBe('COMPENSATED');
  expect(held).toEqual([]);
  const pivots = outline.filter(({ kind }) => kind === 'pivot');
  const ended = isRefusedPivot ? ['REFUSED', 'SEALED'] : ['SEALED'];
  for (const { name } of pivots) {
    const record = own(steps).find((step) => step.name === name);
    expect(record, name).toMatchObject({ kind: 'pivot', state: expect.toSatisfy((is: string) => ended.includes(is)) });
  }
  // A step without a compensation leaves no effect, so its record does not change.
  const undoable = new Set(outline.flatMap(({ name, compensation }) => (compensation === undefined ? [] : [name])));
  for (const { name, state: is, startedAt } of own(steps)) {
    if (undoable.has(name) && is !== 'REFUSED') expect(is, name).toBe(startedAt === null ? 'PENDING' : 'COMPENSATED');
  }
  const refused = new Set(own(steps).flatMap(({ name, state: is }) => (is === 'REFUSED' ? [name] : [])));
  expectCompensations(steps, compensationsFor(outline.filter(({ name }) => !refused.has(name))));
}
