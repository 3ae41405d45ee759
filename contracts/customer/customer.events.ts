import { z } from 'zod';
import { customerStates } from './customer.resource.js';
import { Money } from '../values/money.js';

const customerId = z.string();
const orderId = z.string();

/** The credit account after the fact. So its newest event alone shows the current account. */
const account = {
  customerId,
  limit: Money,
  reserved: Money.meta({ description: 'What all orders together have reserved after this event' }),
};
const amount = Money.meta({ description: 'Change of the reserved credit; negative if credit was released' });

const euros = (amount: number) => ({ amount: amount * 100, currency: 'EUR' });
const sample = { customerId: 'CUST-ALICE', limit: euros(1_000), reserved: euros(30) };
const forOrder = { ...sample, orderId: 'ORDER-1' };

/**
 * The facts that the customer service publishes, by type and version. They have no personal data, because they are kept forever and
 * every consumer can read them. A consumer that needs a name reads it from the service.
 */
export const customerEvents = {
  'customer.registered.v1': z.object({ customerId, state: z.enum(customerStates) }).meta({
    description: 'A customer was registered, in this state.',
    examples: [{ customerId: 'CUST-ALICE', state: 'REGISTERED' }],
  }),
  'customer.credit-opened.v1': z
    .object(account)
    .meta({ description: 'A credit account was opened.', examples: [{ ...sample, reserved: euros(0) }] }),
  'customer.credit-limit-changed.v1': z
    .object(account)
    .meta({ description: 'The limit of a credit account was changed.', examples: [sample] }),
  'customer.credit-reserved.v1': z.object({ ...account, orderId, amount }).meta({
    description: 'Credit was reserved for an order.',
    examples: [{ ...forOrder, amount: euros(30) }],
  }),
  'customer.credit-changed.v1': z.object({ ...account, orderId, amount }).meta({
    description: 'The reservation of an order was raised or lowered.',
    examples: [{ ...forOrder, amount: euros(-20) }],
  }),
  'customer.credit-released.v1': z.object({ ...account, orderId, amount }).meta({
    description: 'The reservation of an order was released.',
    examples: [{ ...forOrder, reserved: euros(0), amount: euros(-30) }],
  }),
  'customer.credit-blocked.v1': z.object(account).meta({
    description: 'A credit account was blocked: it accepts no new reservations, whatever is available.',
    examples: [sample],
  }),
  'customer.credit-unblocked.v1': z
    .object(account)
    .meta({ description: 'A credit account was unblocked: it accepts reservations again.', examples: [sample] }),
} as const;

export type CustomerEventType = keyof typeof customerEvents;
export type CustomerEventData<Type extends CustomerEventType> = z.infer<(typeof customerEvents)[Type]>;
