import { z } from 'zod';
import { CalendarDate } from '../values/calendar-date.js';
import { Identifier } from '../values/identifier.js';
import { holdAnswer, reservedItem, reserveFields } from './reservation.commands.js';

const leg = { flightId: Identifier, date: CalendarDate, seats: z.int().min(1).max(100) };

/** Seats of one flight on one day. */
export const FlightLeg = z.strictObject(leg).meta({ id: 'FlightLeg' });
export type FlightLeg = z.infer<typeof FlightLeg>;

/** The legs of a journey, in their order. */
export const FlightLegs = z.array(FlightLeg).min(1).max(10);

/** Holds the seats of all legs, or of none. */
export const ReserveSeatCommand = z.strictObject({ ...reserveFields, flights: FlightLegs });
export type ReserveSeatCommand = z.infer<typeof ReserveSeatCommand>;

export const ReservedLeg = reservedItem(leg);
export const SeatHold = holdAnswer(ReservedLeg);
export type SeatHold = z.infer<typeof SeatHold>;
