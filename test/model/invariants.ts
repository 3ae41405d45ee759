import { has, type StepSet, wayOf } from './saga-shape.js';
import type { Model, System } from './system.model.js';

/**
 * What must hold once the run that counts has ended, however much still lands after it. A terminated run is not an end: another one settles it.
 * @returns what is violated, or undefined.
 */
export function violationOf(model: Model, system: System): string | undefined {
  return system.now.fault || violationOfWholeness(model, system);
}

/** All or nothing, and what an abort was promised. */
export function violationOfWholeness({ saga }: Model, system: System): string | undefined {
  const { now, participants } = system;
  const { effects } = participants;
  if (now.mode !== 'closed' || now.outcome === 'TERMINATED') return undefined;
  const names = (set: StepSet) => saga.steps.flatMap(({ name }, step) => (has(set, step) ? [name] : [])).join(', ');

  if (now.outcome === 'COMPENSATED') {
    if (effects !== 0) return `COMPENSATED, but the effect of ${names(effects)} is there`;
    return system.promisedPivot ? 'COMPENSATED, but an abort was answered that the pivot has happened' : undefined;
  }
  const wanted = wayOf(saga, now.way).steps;
  if ((wanted & ~effects) !== 0) return `COMPLETED, but the effect of ${names(wanted & ~effects)} is not there`;
  if ((effects & ~wanted) !== 0) return `COMPLETED, but the effect of ${names(effects & ~wanted)} is there too`;
  return system.promisedRollBack ? 'COMPLETED, but an abort was answered that the saga rolls back' : undefined;
}
