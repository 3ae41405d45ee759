export const orderStates = ['PENDING', 'APPROVED', 'REJECTED'] as const;
export type OrderState = (typeof orderStates)[number];
