import type { TripPartSample } from '../support/trip-part-samples.js';

export const sample: TripPartSample<'flights'> = {
  plenty: (day) => [{ flightId: 'FLIGHT-AMS-VIE', date: day, seats: 1 }],
  /** There are 3 seats a day. */
  scarce: (day) => [{ flightId: 'FLIGHT-THREE', date: day, seats: 1 }],
};
