import { z } from 'zod';

/** A saga's id: its kind, the business id, and where one aggregate has several sagas of a kind, which of them. */
export const SagaId = z
  .string()
  .regex(
    /^[a-z][a-z-]{0,39}:[A-Za-z0-9][A-Za-z0-9_-]{0,63}(:[A-Za-z0-9][A-Za-z0-9_-]{0,63})?$/,
    'must be of the form kind:id or kind:id:n',
  )
  .meta({ examples: ['create-order:0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b'] });
