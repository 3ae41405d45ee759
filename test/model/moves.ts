import { EnvironmentMoves } from './environment.moves.js';
import type { Move } from './move-list.js';
import { RunMoves } from './run.moves.js';
import type { Model, System } from './system.model.js';

/** @returns everything that may happen next. */
export function movesOf(model: Model, system: System): Move[] {
  return [...new RunMoves(model, system).all(), ...new EnvironmentMoves(model, system).all()];
}
