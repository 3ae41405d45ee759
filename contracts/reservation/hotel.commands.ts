import { z } from 'zod';
import { CalendarDate, daysBetween } from '../values/calendar-date.js';
import { Identifier } from '../values/identifier.js';
import { holdAnswer, reservedItem, reserveFields } from './reservation.commands.js';

export const maxNights = 30;

const stay = { hotelId: Identifier, checkIn: CalendarDate, checkOut: CalendarDate, rooms: z.int().min(1).max(100) };

const hasNights = ({ checkIn, checkOut }: { checkIn: string; checkOut: string }): boolean => {
  const nights = daysBetween(checkIn, checkOut);
  return nights >= 1 && nights <= maxNights;
};
const nightsProblem = { path: ['checkOut'], error: `must be 1 to ${maxNights} nights after checkIn` };

/** Rooms of one hotel for every night from `checkIn` up to, and without, `checkOut`. */
export const HotelStay = z.strictObject(stay).refine(hasNights, nightsProblem).meta({ id: 'HotelStay' });
export type HotelStay = z.infer<typeof HotelStay>;

/** Holds the rooms for all nights of the stay, or for none. */
export const ReserveRoomCommand = z.strictObject({ ...reserveFields, ...stay }).refine(hasNights, nightsProblem);
export type ReserveRoomCommand = z.infer<typeof ReserveRoomCommand>;

export const ReservedStay = reservedItem(stay);
export const RoomHold = holdAnswer(ReservedStay);
export type RoomHold = z.infer<typeof RoomHold>;
