import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CarHold } from '../../contracts/reservation/car.commands.js';
import { carEvents } from '../../contracts/reservation/car.events.js';
import { CarOffer } from '../../contracts/reservation/car.resource.js';
import { addDays } from '../../libs/reservation/calendar.js';
import { system } from '../support/system.js';
import { describeConformance, expectProblem } from './participant-conformance.js';
import { ParticipantHarness } from './participant.harness.js';
import { anHour, describeReservations, freshDay, undoneReservation } from './reservation-conformance.js';

const car = new ParticipantHarness('car', () => system().carUrl);

const rental = (carClass: string, day: string, days = 1) => ({
  carClass,
  location: 'AMS',
  pickUp: day,
  dropOff: addDays(day, days - 1),
});

describeConformance(car, {
  effect: () => {
    const body = { tripId: randomUUID(), ...rental('COMPACT', freshDay(), 3), holdForMs: anHour };
    return {
      operation: 'reserveCar',
      body,
      otherBody: { ...body, carClass: 'FAMILY' },
      aggregate: { type: 'reservation', id: body.tripId },
    };
  },
  refusal: () => ({ operation: 'confirmCar', body: { tripId: randomUUID() }, code: 'RESERVATION_NOT_FOUND' }),
  undos: { cancelCar: () => undoneReservation('reserveCar', 'cancelCar', rental('COMPACT', freshDay())) },
});

describeReservations(car, {
  operations: { reserve: 'reserveCar', confirm: 'confirmCar', cancel: 'cancelCar' },
  refusals: { full: 'CAR_UNAVAILABLE', unknown: 'UNKNOWN_CAR', days: 'RENTAL_INVALID' },
  events: carEvents,
  eventPrefix: 'car.car',
  answer: CarHold,
  offer: CarOffer,
  scarce: {
    capacity: 1,
    request: (day, days) => rental('ONLY-ONE', day, days),
    inventory: { carClass: 'ONLY-ONE', location: 'AMS' },
  },
  plenty: {
    request: (day, days) => rental('COMPACT', day, days),
    inventory: { carClass: 'COMPACT', location: 'AMS' },
  },
  unknown: (day) => ({ ...rental('ONLY-ONE', day), location: 'BER' }),
  malformed: {
    'a rental that ends before it begins': rental('COMPACT', freshDay(), 0),
    'more days than anybody rents': rental('COMPACT', freshDay(), 31),
    'a day that does not exist': { ...rental('COMPACT', freshDay()), dropOff: '2027-02-30' },
  },
  price: 9_900,
});

describe('car: the days of a rental', () => {
  it('include those of pick-up and drop-off, so that the next rental begins the day after', async () => {
    const day = freshDay();
    const reserve = (from: string, days: number) =>
      car.send('reserveCar', { tripId: randomUUID(), ...rental('ONLY-ONE', from, days), holdForMs: anHour });
    expect((await reserve(day, 2)).body).toMatchObject({ state: 'HELD', price: { amount: 2 * 9_900 } });
    expectProblem(await reserve(addDays(day, 1), 2), 409, 'CAR_UNAVAILABLE');
    expect((await reserve(addDays(day, 2), 1)).status).toBe(200);
  });
});
