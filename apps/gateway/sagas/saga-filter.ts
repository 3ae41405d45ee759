import { z } from 'zod';
import { Identifier } from '../../../contracts/identifier.js';
import { pageQuery } from '../../../contracts/page.js';
import { sagaStates } from '../../../contracts/saga-state.js';

const SagaType = z.string().regex(/^[a-z][A-Za-z0-9]{0,63}$/, 'must be the name of a saga, such as createOrder');

/** How the list of sagas can be narrowed down. */
export const SagaFilter = z.strictObject({
  type: SagaType.optional(),
  state: z.enum(sagaStates).optional(),
  customerId: Identifier.optional(),
  businessId: Identifier.optional(),
  ...pageQuery,
});
export type SagaFilter = z.infer<typeof SagaFilter>;
