export const paymentStates = ['AUTHORIZED', 'CAPTURED', 'VOIDED', 'REFUNDED', 'DECLINED'] as const;
export type PaymentState = (typeof paymentStates)[number];
