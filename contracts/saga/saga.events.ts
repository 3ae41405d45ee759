import { z } from 'zod';
import { sagaStates } from './saga-state.js';

const Saga = z.object({
  sagaId: z.string(),
  type: z.string().meta({ description: 'The saga, such as createOrder' }),
  businessId: z.string().meta({ description: 'The id of its order or trip' }),
  customerId: z.string().nullable(),
  state: z.enum(sagaStates).meta({ description: 'The new state, as GET /v1/sagas shows it' }),
  startedAt: z.iso.datetime(),
  runId: z.string().optional().meta({ description: 'The run of its workflow; a saga that was reset has another' }),
});
const Ended = Saga.extend({ endedAt: z.iso.datetime() });

const sample = {
  sagaId: 'create-order:ORDER-1',
  type: 'createOrder',
  businessId: 'ORDER-1',
  customerId: 'CUST-ALICE',
  startedAt: '2027-02-01T09:00:00.000Z',
};
const end = { ...sample, endedAt: '2027-02-01T09:00:01.000Z' };

/**
 * The facts about sagas, by type and version. A state that lasts only a moment may not be published. The start and the end of a saga
 * always are.
 */
export const sagaEvents = {
  'saga.started.v1': Saga.meta({ description: 'A saga was started.', examples: [{ ...sample, state: 'RUNNING' }] }),
  'saga.waiting.v1': Saga.meta({
    description: 'The saga waits for a person or an event.',
    examples: [{ ...sample, state: 'WAITING' }],
  }),
  'saga.resumed.v1': Saga.meta({
    description: 'The saga continues after it waited or needed attention.',
    examples: [{ ...sample, state: 'RUNNING' }],
  }),
  'saga.compensating.v1': Saga.meta({
    description: 'The saga rolls back: it runs its compensations.',
    examples: [{ ...sample, state: 'COMPENSATING' }],
  }),
  'saga.needs-attention.v1': Saga.extend({
    lost: z.boolean().optional().meta({
      description: 'True if the saga has no run that could end it. Otherwise an operator must decide about a step',
    }),
  }).meta({
    description: 'An operator must decide about a step of the saga, or settle a lost saga.',
    examples: [
      { ...sample, state: 'NEEDS_ATTENTION' },
      { ...sample, state: 'NEEDS_ATTENTION', lost: true },
    ],
  }),
  'saga.completed.v1': Ended.meta({
    description: 'The saga completed.',
    examples: [{ ...end, state: 'COMPLETED' }],
  }),
  'saga.compensated.v1': Ended.meta({
    description: 'The saga ended fully compensated.',
    examples: [{ ...end, state: 'COMPENSATED' }],
  }),
  'saga.incomplete.v1': Ended.meta({
    description: 'The saga ended, and an operator skipped a step or compensation.',
    examples: [{ ...end, state: 'INCOMPLETE' }],
  }),
  'saga.failed.v1': Ended.meta({
    description: 'The saga ended with a fault that needs a person.',
    examples: [{ ...end, state: 'INCOMPLETE' }],
  }),
  'saga.terminated.v1': Ended.meta({
    description: 'The saga was ended by force, in Temporal itself.',
    examples: [{ ...end, state: 'INCOMPLETE' }],
  }),
  'saga.timed-out.v1': Ended.meta({
    description: 'The saga timed out, in Temporal itself.',
    examples: [{ ...end, state: 'INCOMPLETE' }],
  }),
} as const;

export type SagaEventType = keyof typeof sagaEvents;
export type SagaEventData<Type extends SagaEventType> = z.infer<(typeof sagaEvents)[Type]>;
