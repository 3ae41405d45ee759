import { z } from 'zod';
import { stepKinds } from './saga-state.js';

/** The outline of a saga for one input: its steps in the order of declaration, each with its compensation. */
export const SagaOutlineView = z
  .object({
    type: z.string(),
    steps: z.array(
      z.object({
        name: z.string(),
        kind: z.enum(stepKinds),
        compensation: z
          .string()
          .optional()
          .meta({ description: 'The compensation of the step; absent if there is nothing to undo' }),
      }),
    ),
  })
  .meta({ id: 'SagaOutline' });

/** `?dryRun=true` answers the outline of the saga and starts nothing. */
export const DryRunQuery = z.strictObject({
  dryRun: z
    .enum(['true', 'false'], { error: 'must be true or false' })
    .optional()
    .meta({ description: 'With `true` the answer is the outline of the saga (200). Nothing is started or stored.' }),
});
export type DryRunQuery = z.infer<typeof DryRunQuery>;
