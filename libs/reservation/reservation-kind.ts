import type { Participant } from '../../contracts/participant/participants.js';

/** The names of a service's reservations. */
export interface ReservationKind {
  participant: Participant;
  /** The reserved thing in event types: `room` makes `hotel.room-held`. */
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
