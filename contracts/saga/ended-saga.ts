import { z } from 'zod';
import { Note } from '../values/note.js';
import { type SagaState, type SagaTimeline, sagaStates } from './saga-state.js';

/** The body of `POST /timelines`: a worker reports ended sagas to the saga service. */
export const EndedTimelines = z.strictObject({
  items: z
    .array(
      z.strictObject({
        sagaId: z.string().min(1).max(255),
        runId: z.string().min(1).max(64),
        timeline: z.looseObject({ type: z.string(), state: z.enum(sagaStates) }),
        /** The build of the worker. */
        build: z.string().min(1).max(64).default('unknown'),
        /** The length of the run's history. If two workflow tasks report the end of a run, the later task is right. */
        historyLength: z.int().min(0).default(0),
      }),
    )
    .max(500),
});
export type EndedTimelines = z.infer<typeof EndedTimelines>;

/** A saga as the saga service stores it. */
export interface RecordedSaga {
  sagaId: string;
  runId: string;
  type: string;
  businessId: string;
  customerId: string | null;
  state: SagaState;
  /** The saga was ended by force, or its run was deleted, and it is not settled yet. */
  lost: boolean;
  startedAt: string;
  endedAt: string | null;
}

/** The last steps of a run, and the build of the worker that last advanced it. */
export interface StoredTimeline {
  timeline: SagaTimeline;
  build: string;
}

/** `GET /sagas/{sagaId}` of the saga service; either part may be missing. */
export interface StoredSaga {
  saga: RecordedSaga | null;
  steps: StoredTimeline | null;
}

/**
 * `?runId=` names the run whose steps are read. `?state=` is the state that the run has recorded and that its steps must have. `?waitMs=` is
 * the longest wait for them.
 */
export const StoredSagaQuery = z.strictObject({
  runId: z.string().min(1).max(64).optional(),
  state: z.enum(sagaStates).optional(),
  waitMs: z.coerce.number().int().min(0).max(1_500).default(0),
});
export type StoredSagaQuery = z.infer<typeof StoredSagaQuery>;

/** The note is kept with the settlement. */
export const SettleSaga = z
  .strictObject({ note: Note })
  .meta({ id: 'SettleSaga', examples: [{ note: 'Terminated by mistake.' }] });
export type SettleSaga = z.infer<typeof SettleSaga>;

/** `POST /sagas/{sagaId}/settle` of the saga service. */
export const SettleCommand = z.strictObject({
  ...SettleSaga.shape,
  /** The caller. */
  by: z.string().min(1).max(255).optional(),
  /** Names the caller's `Idempotency-Key`. */
  requestKey: z.string().min(1).max(255).optional(),
});
export type SettleCommand = z.infer<typeof SettleCommand>;
