import { daysBetween } from '../../contracts/values/calendar-date.js';

/** The day that is so many days after another, or before it. */
export const addDays = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);

/** Every day from the first to the last, both included. */
export const daysOf = (first: string, last: string): string[] =>
  Array.from({ length: daysBetween(first, last) + 1 }, (_, index) => addDays(first, index));

/** The day that it is now, in UTC. */
export const today = (): string => new Date().toISOString().slice(0, 10);
