import type { Participant } from '../../../contracts/participants.js';

/** The participants that take reservations, in the order in which a list of all of them goes. */
export const reservationParticipants = ['hotel', 'flight', 'car'] as const satisfies Participant[];
export type ReservationParticipant = (typeof reservationParticipants)[number];
