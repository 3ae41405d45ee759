import { z } from 'zod';
import { sagaStates } from './saga-state.js';

const Saga = z.object({
  sagaId: z.string(),
  type: z.string().meta({ description: 'The saga, such as createOrder' }),
  businessId: z.string().meta({ description: 'What it is about: an order, a trip' }),
  customerId: z.string().nullable(),
  state: z.enum(sagaStates).meta({ description: 'As GET /v1/sagas shows it from now on' }),
  startedAt: z.iso.datetime(),
});
const Ended = Saga.extend({ endedAt: z.iso.datetime() });

/** What becomes known of sagas, by type and version. A saga that passes through a state in no time may leave that state untold, never its end. */
export const sagaEvents = {
  'saga.started.v1': Saga,
  /** It waits for a person or an event. */
  'saga.waiting.v1': Saga,
  /** It goes on after it had waited or needed attention. */
  'saga.resumed.v1': Saga,
  /** It has turned round and takes its steps back. */
  'saga.compensating.v1': Saga,
  /** An operator is asked to decide about a step. */
  'saga.needs-attention.v1': Saga,
  'saga.completed.v1': Ended,
  /** It ended with everything taken back. */
  'saga.compensated.v1': Ended,
  /** It ended, and something is left as it was because an operator said so. */
  'saga.incomplete.v1': Ended,
  /** It ended with a fault that a person must look at. */
  'saga.failed.v1': Ended,
  /** It was ended by force, in Temporal itself. */
  'saga.terminated.v1': Ended,
  'saga.timed-out.v1': Ended,
} as const;

export type SagaEventType = keyof typeof sagaEvents;
export type SagaEventData<Type extends SagaEventType> = z.infer<(typeof sagaEvents)[Type]>;
