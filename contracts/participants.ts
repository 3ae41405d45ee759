/**
 * Every participant with its commands, by the names that keys, faults and metrics use. `refusals` are the business answers
 * "no" that a command may give: whoever calls must expect each, and any other 4xx is a defect. The first one is what
 * a fault of mode `refuse` answers. Plain data: workflows may import it.
 */
export const participants = {
  order: {
    createOrder: { refusals: ['UNKNOWN_PRODUCT', 'ORDER_STATE_CONFLICT'] },
    approveOrder: { refusals: ['ORDER_STATE_CONFLICT', 'ORDER_NOT_FOUND'] },
    rejectOrder: { refusals: ['ORDER_STATE_CONFLICT'] },
  },
  customer: {
    reserveCredit: {
      refusals: [
        'INSUFFICIENT_CREDIT',
        'CUSTOMER_NOT_FOUND',
        'CREDIT_ACCOUNT_BLOCKED',
        'CREDIT_ACCOUNT_NOT_OPEN',
        'CREDIT_ALREADY_RESERVED',
        'CREDIT_ALREADY_RELEASED',
        'CURRENCY_MISMATCH',
      ],
    },
    changeReservation: {
      refusals: [
        'INSUFFICIENT_CREDIT',
        'RESERVATION_NOT_FOUND',
        'CREDIT_ACCOUNT_BLOCKED',
        'CREDIT_ALREADY_RELEASED',
        'CURRENCY_MISMATCH',
      ],
    },
    releaseCredit: { refusals: ['RELEASE_REFUSED'] },
  },
} as const satisfies Record<string, Record<string, { refusals: readonly [string, ...string[]] }>>;

export type Participant = keyof typeof participants;
/** The operations of one participant. */
export type OperationOf<P extends Participant> = keyof (typeof participants)[P] & string;
