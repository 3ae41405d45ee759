import { z } from 'zod';

/** An amount of money in integer minor units (cents for EUR) with its ISO 4217 currency. */
export const Money = z
  .strictObject({
    amount: z.int().meta({ description: 'Minor units, e.g. cents', examples: [12050] }),
    currency: z.string().regex(/^[A-Z]{3}$/),
  })
  .meta({ id: 'Money' });
export type Money = z.infer<typeof Money>;
