import { z } from 'zod';
import { CalendarDate } from '../values/calendar-date.js';
import { Identifier } from '../values/identifier.js';
import { holdAnswer, reservedItem, reserveFields } from './reservation.commands.js';

const ride = { trainId: Identifier, date: CalendarDate, seats: z.int().min(1).max(100) };

/** Seats of one train on one day. */
export const TrainRide = z.strictObject(ride).meta({ id: 'TrainRide' });
export type TrainRide = z.infer<typeof TrainRide>;

/** Holds the seats of all rides, or of none. */
export const ReserveTrainCommand = z.strictObject({ ...reserveFields, rides: z.array(TrainRide).min(1).max(10) });
export type ReserveTrainCommand = z.infer<typeof ReserveTrainCommand>;

export const ReservedRide = reservedItem(ride);
export const TrainHold = holdAnswer(ReservedRide);
export type TrainHold = z.infer<typeof TrainHold>;
