export const orderStates = [
  'PENDING',
  'APPROVED',
  'REJECTED',
  'REVISION_PENDING',
  'CANCEL_PENDING',
  'CANCELLED',
  'PAYMENT_PENDING',
  'PAID',
  'SHIPPED',
] as const;
export type OrderState = (typeof orderStates)[number];

/** What can be asked of an order that stands; each is a saga of its own. */
export const orderCommands = ['revise', 'cancel', 'pay', 'ship'] as const;
export type OrderCommand = (typeof orderCommands)[number];
