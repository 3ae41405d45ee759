import { z } from 'zod';

export const customerStates = ['REGISTERED', 'ACTIVE', 'REFUSED'] as const;

export const Address = z
  .object({ street: z.string(), postalCode: z.string(), city: z.string(), country: z.string() })
  .meta({ id: 'Address' });

export const Customer = z
  .object({
    customerId: z.string(),
    name: z.string(),
    email: z.string(),
    state: z.enum(customerStates),
    address: Address,
  })
  .meta({ id: 'Customer' });
export type Customer = z.infer<typeof Customer>;
