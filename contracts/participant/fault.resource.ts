import { z } from 'zod';

const faultModes = ['error', 'delay', 'drop-response', 'refuse'] as const;

/** A fault on demand: what one operation of one participant does wrong, and how often. Without `times` it stays until deleted. */
export const Fault = z
  .strictObject({
    participant: z.string().min(1).max(64),
    operation: z.string().min(1).max(64),
    mode: z.enum(faultModes),
    times: z.int().min(1).max(1_000_000).optional(),
    probability: z.number().min(0).max(1).optional(),
    delayMs: z.int().min(0).max(600_000).optional(),
  })
  .meta({ id: 'Fault', examples: [{ participant: 'customer', operation: 'reserveCredit', mode: 'error', times: 2 }] });
export type Fault = z.infer<typeof Fault>;
