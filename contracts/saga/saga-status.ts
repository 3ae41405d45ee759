import type { SagaState } from './saga-state.js';

/** The states in which a saga ends by itself. */
export const endedStates = ['COMPLETED', 'COMPENSATED', 'INCOMPLETE'] as const satisfies SagaState[];

/** The states of a saga that goes on. A run that is over and still says one of these was ended by force. */
export const openStates = ['RUNNING', 'WAITING', 'COMPENSATING', 'NEEDS_ATTENTION'] as const satisfies Exclude<
  SagaState,
  (typeof endedStates)[number]
>[];

const open: ReadonlySet<SagaState> = new Set(openStates);

/**
 * Where a saga stands. One that was ended by force (terminated, timed out) while under way is INCOMPLETE, whatever it had recorded last:
 * nothing will take its steps back any more.
 */
export function statusOf(recorded: SagaState, running: boolean): SagaState {
  return !running && open.has(recorded) ? 'INCOMPLETE' : recorded;
}
