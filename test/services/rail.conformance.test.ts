import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { TrainOffer } from '../../contracts/reservation/rail.resource.js';
import { TrainHold } from '../../contracts/reservation/rail.commands.js';
import { railEvents } from '../../contracts/reservation/rail.events.js';
import { addDays } from '../../libs/reservation/calendar.js';
import { system } from '../support/system.js';
import { describeConformance, expectProblem } from './participant-conformance.js';
import { ParticipantHarness } from './participant.harness.js';
import { anHour, describeReservations, freshDay, undoneReservation } from './reservation-conformance.js';

const rail = new ParticipantHarness('rail', () => system().railUrl);

/** A ride on each of so many days. */
const rides = (trainId: string, day: string, days = 1) => ({
  rides: Array.from({ length: days }, (_, index) => ({ trainId, date: addDays(day, index), seats: 1 })),
});

describeConformance(rail, {
  effect: () => {
    const body = { tripId: randomUUID(), ...rides('TRAIN-AMS-BER', freshDay()), holdForMs: anHour };
    return {
      operation: 'reserveSeat',
      body,
      otherBody: { ...body, ...rides('TRAIN-BER-AMS', freshDay()) },
      aggregate: { type: 'reservation', id: body.tripId },
    };
  },
  refusal: () => ({ operation: 'confirmSeat', body: { tripId: randomUUID() }, code: 'RESERVATION_NOT_FOUND' }),
  undos: { cancelSeat: () => undoneReservation('reserveSeat', 'cancelSeat', rides('TRAIN-AMS-BER', freshDay())) },
});

describeReservations(rail, {
  operations: { reserve: 'reserveSeat', confirm: 'confirmSeat', cancel: 'cancelSeat' },
  refusals: { full: 'TRAIN_FULL', unknown: 'UNKNOWN_TRAIN', days: 'TRAIN_DATE_INVALID' },
  events: railEvents,
  eventPrefix: 'rail.seat',
  answer: TrainHold,
  offer: TrainOffer,
  scarce: {
    capacity: 5,
    request: (day, days) => rides('TRAIN-FIVE', day, days),
    inventory: { trainId: 'TRAIN-FIVE' },
  },
  plenty: {
    request: (day, days) => rides('TRAIN-AMS-BER', day, days),
    inventory: { trainId: 'TRAIN-AMS-BER' },
  },
  unknown: (day) => rides('TRAIN-GONE', day),
  malformed: {
    'no rides': { rides: [] },
    'no seats': { rides: [{ trainId: 'TRAIN-AMS-BER', date: freshDay(), seats: 0 }] },
    'a day that does not exist': { rides: [{ trainId: 'TRAIN-AMS-BER', date: '2027-02-30', seats: 1 }] },
  },
  price: 6_500,
});

describe('rail: the seats of a ride', () => {
  it('are all held, or none', async () => {
    const date = freshDay();
    const reserve = (seats: number) =>
      rail.send('reserveSeat', {
        tripId: randomUUID(),
        rides: [{ trainId: 'TRAIN-FIVE', date, seats }],
        holdForMs: anHour,
      });
    expect((await reserve(4)).body).toMatchObject({ state: 'HELD', price: { amount: 4 * 6_500 } });
    expectProblem(await reserve(2), 409, 'TRAIN_FULL');
    expect((await reserve(1)).status).toBe(200);
  });
});
