import type { Sinks } from '@temporalio/workflow';
import type { SagaTimeline } from '../../contracts/saga-state.js';

/** What a saga hands to its worker without an event in its history. Delivery is not guaranteed: a worker may die first. */
export interface SagaSinks extends Sinks {
  sagas: {
    /** The saga is about to end with these steps. */
    ended(timeline: SagaTimeline): void;
  };
}
