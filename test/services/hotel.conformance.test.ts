import { randomUUID } from 'node:crypto';
import { RoomHold } from '../../contracts/reservation/hotel.commands.js';
import { hotelEvents } from '../../contracts/reservation/hotel.events.js';
import { HotelOffer } from '../../contracts/reservation/hotel.resource.js';
import { addDays } from '../../libs/reservation/calendar.js';
import { system } from '../support/system.js';
import { describeConformance } from './participant-conformance.js';
import { ParticipantHarness } from './participant.harness.js';
import { anHour, describeReservations, freshDay, undoneReservation } from './reservation-conformance.js';

const hotel = new ParticipantHarness('hotel', () => system().hotelUrl);

const stay = (hotelId: string, day: string, nights = 1, rooms = 1) => ({
  hotelId,
  checkIn: day,
  checkOut: addDays(day, nights),
  rooms,
});

describeConformance(hotel, {
  effect: () => {
    const body = { tripId: randomUUID(), ...stay('HOTEL-CENTRAL', freshDay(), 2), holdForMs: anHour };
    return {
      operation: 'reserveRoom',
      body,
      otherBody: { ...body, rooms: 2 },
      aggregate: { type: 'reservation', id: body.tripId },
    };
  },
  refusal: () => ({ operation: 'confirmRoom', body: { tripId: randomUUID() }, code: 'RESERVATION_NOT_FOUND' }),
  undos: { cancelRoom: () => undoneReservation('reserveRoom', 'cancelRoom', stay('HOTEL-CENTRAL', freshDay())) },
});

describeReservations(hotel, {
  operations: { reserve: 'reserveRoom', confirm: 'confirmRoom', cancel: 'cancelRoom' },
  refusals: { full: 'HOTEL_FULL', unknown: 'UNKNOWN_HOTEL', days: 'STAY_INVALID' },
  events: hotelEvents,
  eventPrefix: 'hotel.room',
  answer: RoomHold,
  offer: HotelOffer,
  scarce: {
    capacity: 2,
    request: (day, nights) => stay('HOTEL-TWO', day, nights),
    inventory: { hotelId: 'HOTEL-TWO' },
  },
  plenty: {
    request: (day, nights) => stay('HOTEL-CENTRAL', day, nights),
    inventory: { hotelId: 'HOTEL-CENTRAL' },
  },
  unknown: (day) => stay('HOTEL-GONE', day),
  malformed: {
    'no nights': stay('HOTEL-CENTRAL', freshDay(), 0),
    'a stay that ends before it begins': stay('HOTEL-CENTRAL', freshDay(), -3),
    'more nights than anybody stays': stay('HOTEL-CENTRAL', freshDay(), 31),
    'no rooms': stay('HOTEL-CENTRAL', freshDay(), 1, 0),
    'a day that does not exist': { ...stay('HOTEL-CENTRAL', freshDay()), checkOut: '2027-02-30' },
  },
  price: 14_000,
});
