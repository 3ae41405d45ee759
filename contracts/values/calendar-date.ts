import { z } from 'zod';

/** A day of the calendar, `YYYY-MM-DD`, without a time or a place. */
export const CalendarDate = z.iso
  .date('must be a date, YYYY-MM-DD')
  .refine((date) => date >= '2000-01-01', 'must be in 2000 or later');
export type CalendarDate = z.infer<typeof CalendarDate>;

/** How many days `to` is after `from`; NaN if one of them is not a date. */
export const daysBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 86_400_000;
