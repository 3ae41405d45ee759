import type { Sinks } from '@temporalio/workflow';
import type { SagaTimeline } from '../../contracts/saga/saga-state.js';

/** Reports from a saga to its worker, without an event in the history. Delivery is not guaranteed: the worker may die first. */
export interface SagaSinks extends Sinks {
  sagas: {
    /** The saga is about to end with these steps. */
    ended(timeline: SagaTimeline): void;
  };
}
