import { addDays } from '../../libs/reservation/calendar.js';
import type { TripPartSample } from '../support/trip-part-samples.js';

export const sample: TripPartSample<'hotel'> = {
  plenty: (day) => ({ hotelId: 'HOTEL-ASTORIA', checkIn: day, checkOut: addDays(day, 2), rooms: 1 }),
  /** There are 2 rooms a night. */
  scarce: (day) => ({ hotelId: 'HOTEL-TWO', checkIn: day, checkOut: addDays(day, 2), rooms: 1 }),
};
