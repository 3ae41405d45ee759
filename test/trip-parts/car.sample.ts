import { addDays } from '../../libs/reservation/calendar.js';
import type { TripPartSample } from '../support/trip-part-samples.js';

export const sample: TripPartSample<'car'> = {
  plenty: (day) => ({ carClass: 'COMPACT', location: 'AMS', pickUp: day, dropOff: addDays(day, 1) }),
  /** There is 1 car a day. */
  scarce: (day) => ({ carClass: 'ONLY-ONE', location: 'AMS', pickUp: day, dropOff: addDays(day, 1) }),
};
