import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SeatHold } from '../../contracts/reservation/flight.commands.js';
import { flightEvents } from '../../contracts/reservation/flight.events.js';
import { FlightOffer } from '../../contracts/reservation/flight.resource.js';
import { addDays } from '../../libs/reservation/calendar.js';
import { system } from '../support/system.js';
import { describeConformance, expectProblem } from './participant-conformance.js';
import { ParticipantHarness } from './participant.harness.js';
import { anHour, describeReservations, freshDay, undoneReservation } from './reservation-conformance.js';

const flight = new ParticipantHarness('flight', () => system().flightUrl);

/** A leg on each of so many days. */
const legs = (flightId: string, day: string, days = 1) => ({
  flights: Array.from({ length: days }, (_, index) => ({ flightId, date: addDays(day, index), seats: 1 })),
});

describeConformance(flight, {
  effect: () => {
    const body = { tripId: randomUUID(), ...legs('FLIGHT-AMS-BER', freshDay()), holdForMs: anHour };
    return {
      operation: 'reserveSeat',
      body,
      otherBody: { ...body, ...legs('FLIGHT-BER-AMS', freshDay()) },
      aggregate: { type: 'reservation', id: body.tripId },
    };
  },
  refusal: () => ({ operation: 'confirmSeat', body: { tripId: randomUUID() }, code: 'RESERVATION_NOT_FOUND' }),
  undos: { cancelSeat: () => undoneReservation('reserveSeat', 'cancelSeat', legs('FLIGHT-AMS-BER', freshDay())) },
});

describeReservations(flight, {
  operations: { reserve: 'reserveSeat', confirm: 'confirmSeat', cancel: 'cancelSeat' },
  refusals: { full: 'FLIGHT_FULL', unknown: 'UNKNOWN_FLIGHT', days: 'FLIGHT_DATE_INVALID' },
  events: flightEvents,
  eventPrefix: 'flight.seat',
  answer: SeatHold,
  offer: FlightOffer,
  scarce: {
    capacity: 3,
    request: (day, days) => legs('FLIGHT-THREE', day, days),
    inventory: { flightId: 'FLIGHT-THREE' },
  },
  plenty: {
    request: (day, days) => legs('FLIGHT-AMS-BER', day, days),
    inventory: { flightId: 'FLIGHT-AMS-BER' },
  },
  unknown: (day) => ({ flights: [...legs('FLIGHT-AMS-BER', day).flights, ...legs('FLIGHT-GONE', day).flights] }),
  malformed: {
    'no legs': { flights: [] },
    'more legs than any journey has': legs('FLIGHT-AMS-BER', freshDay(), 11),
    'no seats': { flights: [{ flightId: 'FLIGHT-AMS-BER', date: freshDay(), seats: 0 }] },
    'a day that does not exist': { flights: [{ flightId: 'FLIGHT-AMS-BER', date: '2027-02-30', seats: 1 }] },
  },
  price: 8_900,
});

describe('flight: legs', () => {
  const reserve = (flights: object[]) => flight.send('reserveSeat', { tripId: randomUUID(), flights, holdForMs: anHour });

  it('are each an item of their own, in the order of the journey, with a reservation and a price', async () => {
    const day = freshDay();
    const flights = [
      { flightId: 'FLIGHT-THREE', date: addDays(day, 2), seats: 1 },
      { flightId: 'FLIGHT-AMS-BER', date: day, seats: 2 },
    ];
    const hold = SeatHold.parse((await reserve(flights)).body);
    expect(hold.items).toEqual([
      { ...flights[0], reservationId: expect.any(String), price: { amount: 8_900, currency: 'EUR' } },
      { ...flights[1], reservationId: expect.any(String), price: { amount: 15_800, currency: 'EUR' } },
    ]);
    expect(hold.price.amount).toBe(8_900 + 15_800);
    expect(new Set(hold.items.map(({ reservationId }) => reservationId)).size).toBe(2);
  });

  it('on one flight take their seats together', async () => {
    const date = freshDay();
    const two = { flightId: 'FLIGHT-THREE', date, seats: 2 };
    expectProblem(await reserve([two, two]), 409, 'FLIGHT_FULL');
    expect((await reserve([two, { ...two, seats: 1 }])).status).toBe(200);
    expectProblem(await reserve([{ ...two, seats: 1 }]), 409, 'FLIGHT_FULL');
  });
});
