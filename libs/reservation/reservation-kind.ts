import type { Participant } from '../../contracts/participant/participants.js';

/** What one service's reservations are called. */
export interface ReservationKind {
  participant: Participant;
  /** What is reserved, as events name it: `room` makes `hotel.room-held`. */
  noun: string;
  refusals: {
    /** There is not enough left on some day. */
    full: string;
    /** No such resource exists. */
    unknown: string;
    /** Nothing can be reserved for such days. */
    days: string;
  };
}
