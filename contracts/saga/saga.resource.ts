import { z } from 'zod';
import { Identifier } from '../values/identifier.js';
import { Note } from '../values/note.js';
import { projectedPageOf } from '../projection/projection.resource.js';
import { resolveActions, sagaStates, stepKinds, stepStates } from './saga-state.js';

const Links = z.object({ self: z.string(), resource: z.string().optional(), history: z.string(), temporalUi: z.string() });

/** A saga as the list shows it. */
export const SagaSummary = z
  .object({
    sagaId: z.string(),
    type: z.string(),
    state: z.enum(sagaStates),
    lost: z
      .boolean()
      .optional()
      .meta({ description: 'True if the saga has no run that could end it: POST /v1/sagas/{sagaId}/settle' }),
    businessId: z.string(),
    customerId: z.string().nullable(),
    startedAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
    links: Links,
  })
  .meta({ id: 'SagaSummary' });
export type SagaSummary = z.infer<typeof SagaSummary>;

/** The filter of the list of sagas. */
export const sagaFilter = {
  type: z
    .string()
    .regex(/^[a-z][A-Za-z0-9]{0,63}$/, 'must be the name of a saga, such as createOrder')
    .optional(),
  state: z.enum(sagaStates).optional(),
  customerId: Identifier.optional(),
  businessId: Identifier.optional(),
};

/** A page of the list of sagas. */
export const SagaPage = projectedPageOf(SagaSummary).extend({
  asOf: z.string().nullable().meta({
    description: 'The position of the log that the answer includes; null if Temporal itself has answered',
  }),
});
export type SagaPage = z.infer<typeof SagaPage>;

/** A saga as the read model has it. The API adds the links. */
export type ProjectedSaga = Omit<SagaSummary, 'links'> & { runId: string | null };

export const SagaStep = z
  .object({
    name: z.string(),
    kind: z.enum(stepKinds),
    state: z.enum(stepStates),
    attempts: z.int(),
    startedAt: z.iso.datetime().nullable(),
    endedAt: z.iso.datetime().nullable(),
    error: z.object({ code: z.string(), detail: z.string() }).nullable(),
    compensates: z.string().optional().meta({ description: 'Set on a compensation: the step that it undoes' }),
    resolutions: z.array(z.object({ action: z.enum(resolveActions), note: z.string(), at: z.iso.datetime() })).optional(),
  })
  .meta({ id: 'SagaStep' });

/** One saga with its steps in the order they ran, compensations included. */
export const Saga = SagaSummary.extend({
  workflowVersion: z.string().meta({ description: 'Build of the worker that last advanced the saga' }),
  pastPivot: z.boolean(),
  steps: z.array(SagaStep),
  held: z.array(z.string()).meta({
    description:
      'Steps that an operator skipped. Before the pivot they were not undone, so their effect stands. After the pivot they were not done. ' +
      'For a saga that was ended by force: steps whose effect may stand',
  }),
}).meta({ id: 'Saga' });
export type Saga = z.infer<typeof Saga>;

/** An operator's decision about a step that NEEDS_ATTENTION. */
export const ResolveStep = z
  .strictObject({
    step: z.string().min(1).max(100),
    action: z.enum(resolveActions),
    note: Note,
  })
  .meta({ id: 'ResolveStep', examples: [{ step: 'release credit', action: 'retry', note: 'The ledger is repaired.' }] });
export type ResolveStep = z.infer<typeof ResolveStep>;
