import { violationOf } from './invariants.js';
import { movesOf } from './moves.js';
import { keyOf, type Model, start, type System } from './system.model.js';

export interface Counterexample {
  violation: string;
  trace: string[];
}

export interface Exploration {
  /** How many different systems were seen: all that the model can come to, if there is no counterexample. */
  states: number;
  /** How many of these have a run that ended this way. */
  ended: Record<string, number>;
  counterexample?: Counterexample;
}

/**
 * Visits every reachable state of the model, nearest first, until one violates an invariant. So the trace to it is a shortest one. A state
 * in which the run cannot continue is a violation, too.
 */
export function explore(model: Model, violates: typeof violationOf = violationOf): Exploration {
  const first = start(model);
  const seen = new Set([keyOf(first)]);
  const ended: Record<string, number> = {};
  /** How each system was come to: from which one, by which of its moves. */
  const origins: [from: number, move: number][] = [[-1, -1]];
  let frontier = [{ id: 0, system: first }];
  while (frontier.length > 0) {
    const next: typeof frontier = [];
    for (const { id, system } of frontier) {
      const moves = movesOf(model, system);
      const isClosed = system.now.mode === 'closed';
      if (isClosed) ended[system.now.outcome] = (ended[system.now.outcome] ?? 0) + 1;
      const violation =
        violates(model, system) ??
        (isClosed || moves.some(({ kind }) => kind === 'progress') ? undefined : 'The run cannot go on');
      if (violation) return { states: seen.size, ended, counterexample: { violation, trace: traceOf(model, origins, id) } };
      moves.forEach((move, index) => {
        const to = move.to();
        const key = keyOf(to);
        if (seen.has(key)) return;
        seen.add(key);
        next.push({ id: origins.push([id, index]) - 1, system: to });
      });
    }
    frontier = next;
  }
  return { states: seen.size, ended };
}

/** Goes the way to a system once more, for the names of its moves. */
function traceOf(model: Model, origins: readonly (readonly [number, number])[], id: number): string[] {
  const taken: number[] = [];
  for (let at = id; at > 0; at = origins[at]![0]) taken.unshift(origins[at]![1]);
  const trace: string[] = [];
  let system: System = start(model);
  for (const index of taken) {
    const move = movesOf(model, system)[index]!;
    trace.push(move.label);
    system = move.to();
  }
  return trace;
}

/** A counterexample as people read it. */
export const readable = ({ violation, trace }: Counterexample): string =>
  [...trace.map((label) => `    ${label}`), `  → ${violation}`].join('\n');
