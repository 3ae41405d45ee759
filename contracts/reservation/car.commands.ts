import { z } from 'zod';
import { CalendarDate, daysBetween } from '../values/calendar-date.js';
import { Identifier } from '../values/identifier.js';
import { holdAnswer, reservedItem, reserveFields } from './reservation.commands.js';

export const maxRentalDays = 30;

const rental = { carClass: Identifier, location: Identifier, pickUp: CalendarDate, dropOff: CalendarDate };

const hasDays = ({ pickUp, dropOff }: { pickUp: string; dropOff: string }): boolean => {
  const days = daysBetween(pickUp, dropOff) + 1;
  return days >= 1 && days <= maxRentalDays;
};
const daysProblem = { path: ['dropOff'], error: `must be pickUp or a day after it, for ${maxRentalDays} days at the most` };

/**
 * One car of a class at a location on every day from `pickUp` to `dropOff`, both included. A car that is returned during a day is not free
 * on that day.
 */
export const CarRental = z.strictObject(rental).refine(hasDays, daysProblem).meta({ id: 'CarRental' });
export type CarRental = z.infer<typeof CarRental>;

/** Holds the car for all days of the rental, or for none. */
export const ReserveCarCommand = z.strictObject({ ...reserveFields, ...rental }).refine(hasDays, daysProblem);
export type ReserveCarCommand = z.infer<typeof ReserveCarCommand>;

export const ReservedRental = reservedItem(rental);
export const CarHold = holdAnswer(ReservedRental);
export type CarHold = z.infer<typeof CarHold>;
