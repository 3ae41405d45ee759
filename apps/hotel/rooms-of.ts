import type { HotelStay } from '../../contracts/reservation/hotel.commands.js';
import { addDays } from '../../libs/reservation/calendar.js';

/** The rooms that a stay takes: one night for each day from check-in, the day of check-out not included. */
export const roomsOf = (stay: HotelStay) => ({
  resource: stay.hotelId,
  firstDay: stay.checkIn,
  lastDay: addDays(stay.checkOut, -1),
  units: stay.rooms,
  request: stay,
});
