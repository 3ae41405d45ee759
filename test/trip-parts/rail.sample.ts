import type { TripPartSample } from '../support/trip-part-samples.js';

export const sample: TripPartSample<'rail'> = {
  plenty: (day) => ({ trainId: 'TRAIN-AMS-BER', date: day, seats: 1 }),
  /** There are 5 seats a day. */
  scarce: (day) => ({ trainId: 'TRAIN-FIVE', date: day, seats: 1 }),
};
