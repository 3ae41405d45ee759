import { z } from 'zod';
import { customerStates } from './customer.resource.js';
import { Money } from './money.js';

const customerId = z.string();
const orderId = z.string();

/** What the credit account stands at after the fact, so that its newest event is enough to know it. */
const account = {
  customerId,
  limit: Money,
  reserved: Money.meta({ description: 'What all orders together have reserved after this fact' }),
};
const amount = Money.meta({ description: 'What this fact added to the reserved credit; negative when it gave some back' });

/**
 * The facts that the customer service publishes, by type and version. They are kept for ever and read by everybody, so they hold no
 * personal data: whoever needs a name asks the service.
 */
export const customerEvents = {
  'customer.registered.v1': z.object({ customerId, state: z.enum(customerStates) }),
  'customer.credit-opened.v1': z.object(account),
  'customer.credit-limit-changed.v1': z.object(account),
  'customer.credit-reserved.v1': z.object({ ...account, orderId, amount }),
  'customer.credit-changed.v1': z.object({ ...account, orderId, amount }),
  'customer.credit-released.v1': z.object({ ...account, orderId, amount }),
  'customer.credit-blocked.v1': z.object(account),
  'customer.credit-unblocked.v1': z.object(account),
} as const;

export type CustomerEventType = keyof typeof customerEvents;
export type CustomerEventData<Type extends CustomerEventType> = z.infer<(typeof customerEvents)[Type]>;
