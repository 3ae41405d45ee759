export const tripStates = ['PENDING', 'AWAITING_APPROVAL', 'BOOKED', 'FAILED', 'CANCELLING', 'CANCELLED'] as const;
export type TripState = (typeof tripStates)[number];
