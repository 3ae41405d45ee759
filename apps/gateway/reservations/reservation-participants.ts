import { partParticipants } from '../trips/part-participants.js';

export type ReservationParticipant = (typeof partParticipants)[keyof typeof partParticipants];

/** The participants that take reservations, in the order in which a list of all of them goes: those that a trip can have a part of. */
export const reservationParticipants: readonly ReservationParticipant[] = Object.values(partParticipants);
