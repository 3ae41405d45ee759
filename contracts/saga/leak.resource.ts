import { z } from 'zod';
import { holdKinds } from '../participant/hold.resource.js';

/** A hold that no order or trip owns, although the saga that created it has ended. */
export const Leak = z
  .object({
    participant: z.string(),
    kind: z.enum(holdKinds),
    id: z.string().meta({ description: 'Id of the reservation or payment, or of the order or trip with the credit or lock' }),
    sagaId: z.string().meta({ description: 'The saga that reserved it, or would have' }),
    heldSince: z.iso.datetime(),
  })
  .meta({ id: 'Leak' });
export type Leak = z.infer<typeof Leak>;
