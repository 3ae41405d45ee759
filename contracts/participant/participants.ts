/** What the three operations of every participant that takes reservations refuse with, besides its own codes. */
const reserveRefusals = ['RESERVATION_CANCELLED', 'RESERVATION_EXPIRED', 'RESERVATION_CONFLICT', 'HOLD_INVALID'] as const;
const confirmRefusals = [
  'CONFIRMATION_REFUSED',
  'RESERVATION_NOT_FOUND',
  'RESERVATION_CANCELLED',
  'RESERVATION_EXPIRED',
] as const;
const cancelRefusals = ['CANCELLATION_REFUSED'] as const;

/** The three operations of a participant that takes reservations of such units, which refuses to reserve with `own` codes. */
const reservation = <const Unit extends string, const Own extends readonly [string, ...string[]]>(unit: Unit, own: Own) =>
  ({
    [`reserve${unit}`]: { refusals: [...own, ...reserveRefusals] },
    [`confirm${unit}`]: { refusals: confirmRefusals },
    [`cancel${unit}`]: { refusals: cancelRefusals },
  }) as Record<`reserve${Unit}`, { refusals: readonly [...Own, ...typeof reserveRefusals] }> &
    Record<`confirm${Unit}`, { refusals: typeof confirmRefusals }> &
    Record<`cancel${Unit}`, { refusals: typeof cancelRefusals }>;

/** The participants that take reservations. Processes, databases, roles, addresses and events follow from a line here. */
const reservations = {
  hotel: reservation('Room', ['HOTEL_FULL', 'UNKNOWN_HOTEL', 'STAY_INVALID']),
  flight: reservation('Seat', ['FLIGHT_FULL', 'UNKNOWN_FLIGHT', 'FLIGHT_DATE_INVALID']),
  car: reservation('Car', ['CAR_UNAVAILABLE', 'UNKNOWN_CAR', 'RENTAL_INVALID']),
  rail: reservation('Seat', ['TRAIN_FULL', 'UNKNOWN_TRAIN', 'TRAIN_DATE_INVALID']),
};

export type ReservationParticipant = keyof typeof reservations;
/** The participants that take reservations, in the order in which lists of all of them go. */
export const reservationParticipants = Object.keys(reservations) as ReservationParticipant[];

/**
 * Every participant with its commands, by the names that keys, faults and metrics use. `refusals` are the business refusals of a command, besides
 * those that every command has (`refusalsOf`). A fault of mode `refuse` answers the first one. Plain data: workflows may import it.
 */
export const participants = {
  order: {
    createOrder: { refusals: ['UNKNOWN_PRODUCT', 'ORDER_STATE_CONFLICT'] },
    approveOrder: { refusals: ['ORDER_STATE_CONFLICT', 'ORDER_NOT_FOUND'] },
    rejectOrder: { refusals: ['ORDER_STATE_CONFLICT'] },
    beginOrderRevision: { refusals: ['ORDER_STATE_CONFLICT', 'ORDER_NOT_FOUND', 'UNKNOWN_PRODUCT'] },
    discardOrderRevision: { refusals: ['ORDER_STATE_CONFLICT'] },
    confirmOrderRevision: { refusals: ['ORDER_STATE_CONFLICT', 'ORDER_NOT_FOUND'] },
    beginOrderCancellation: { refusals: ['ORDER_STATE_CONFLICT', 'ORDER_NOT_FOUND'] },
    withdrawOrderCancellation: { refusals: ['ORDER_STATE_CONFLICT'] },
    confirmOrderCancellation: { refusals: ['ORDER_STATE_CONFLICT', 'ORDER_NOT_FOUND'] },
    beginOrderPayment: { refusals: ['ORDER_STATE_CONFLICT', 'ORDER_NOT_FOUND'] },
    withdrawOrderPayment: { refusals: ['ORDER_STATE_CONFLICT'] },
    confirmOrderPayment: { refusals: ['ORDER_STATE_CONFLICT', 'ORDER_NOT_FOUND'] },
    shipOrder: { refusals: ['ORDER_STATE_CONFLICT', 'ORDER_NOT_FOUND'] },
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
        'CHANGE_ALREADY_RESTORED',
      ],
    },
    restoreReservation: { refusals: ['RESTORE_REFUSED'] },
    releaseCredit: { refusals: ['RELEASE_REFUSED'] },
    checkCustomer: { refusals: ['CUSTOMER_NOT_FOUND'] },
  },
  ...reservations,
  payment: {
    authorize: {
      refusals: ['CARD_DECLINED', 'INSUFFICIENT_FUNDS', 'PAYMENT_METHOD_UNKNOWN', 'PAYMENT_VOIDED', 'PAYMENT_CONFLICT'],
    },
    capture: { refusals: ['CAPTURE_DECLINED', 'PAYMENT_NOT_FOUND', 'PAYMENT_VOIDED', 'PAYMENT_DECLINED'] },
    void: { refusals: ['VOID_REFUSED', 'PAYMENT_CAPTURED'] },
    refund: {
      refusals: ['REFUND_REFUSED', 'REFUND_EXCEEDS_CAPTURE', 'PAYMENT_NOT_FOUND', 'PAYMENT_NOT_CAPTURED', 'CURRENCY_MISMATCH'],
    },
  },
  trip: {
    createTrip: { refusals: ['TRIP_STATE_CONFLICT'] },
    requestApproval: { refusals: ['TRIP_STATE_CONFLICT', 'TRIP_NOT_FOUND', 'TRIP_PARTS_MISMATCH'] },
    remindApproval: { refusals: ['TRIP_STATE_CONFLICT', 'TRIP_NOT_FOUND'] },
    withdrawApproval: { refusals: ['WITHDRAWAL_REFUSED'] },
    acceptApproval: { refusals: ['TRIP_STATE_CONFLICT', 'TRIP_NOT_FOUND'] },
    confirmTrip: { refusals: ['TRIP_STATE_CONFLICT', 'TRIP_NOT_FOUND', 'TRIP_PARTS_MISMATCH'] },
    failTrip: { refusals: ['TRIP_STATE_CONFLICT'] },
    beginTripCancellation: { refusals: ['TRIP_STATE_CONFLICT', 'TRIP_NOT_FOUND'] },
    reinstateTrip: { refusals: ['TRIP_STATE_CONFLICT'] },
    commitTripCancellation: { refusals: ['TRIP_STATE_CONFLICT', 'TRIP_NOT_FOUND'] },
    confirmTripCancellation: { refusals: ['TRIP_STATE_CONFLICT', 'TRIP_NOT_FOUND', 'CURRENCY_MISMATCH'] },
  },
} as const satisfies Record<string, Record<string, { refusals: readonly [string, ...string[]] }>>;

/** The port of each participant on one machine, with `npm start`. A new one takes a port that nothing else has. */
export const participantPorts = {
  order: 3001,
  customer: 3002,
  hotel: 3003,
  flight: 3004,
  car: 3005,
  rail: 3006,
  payment: 3007,
  trip: 3008,
} as const satisfies Record<Participant, number>;

export type Participant = keyof typeof participants;
/** All of them, in the order in which they are prepared, started and listed. */
export const participantNames = Object.keys(participants) as Participant[];
/** The operations of one participant. */
export type OperationOf<P extends Participant> = keyof (typeof participants)[P] & string;

/** The operation that every participant has for every key: `POST /commands/<key>/seal`. Faults name it so; it is no command. */
export const SEAL = 'seal';
/** How a sealed key answers every command. */
export const COMMAND_SEALED = 'COMMAND_SEALED';

/** The business refusals that an operation of a participant may answer, in no order; none for an operation that does not exist. */
export function refusalsOf(participant: string, operation: string): readonly string[] {
  const operations = (participants as Record<string, Record<string, { refusals: readonly string[] }>>)[participant];
  const own = operations?.[operation]?.refusals;
  return own ? [...own, COMMAND_SEALED] : [];
}

/** The operations of a participant that a fault can be set for. */
export const faultOperationsOf = (participant: Participant): string[] => [...Object.keys(participants[participant]), SEAL];
