import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { ReservationParticipant } from '../../contracts/participant/participants.js';
import { pageOf } from '../../contracts/values/page.js';
import { Reservation } from '../../contracts/reservation/reservation.resource.js';
import type { ReservationState } from '../../contracts/reservation/reservation-state.js';
import { addDays, today } from '../../libs/reservation/calendar.js';
import { eventually } from '../support/api.js';
import { expectProblem } from './participant-conformance.js';
import { describeTripPart } from './trip-part-conformance.js';
import { newKey, type ParticipantHarness, type Reply } from './participant.harness.js';

/** A request in the participant's own words: a command without its trip and its hold. */
type Request = Record<string, unknown>;

export interface ReservationSamples {
  operations: { reserve: string; confirm: string; cancel: string };
  refusals: { full: string; unknown: string; days: string };
  /** The catalogue of events, and what their names begin with. */
  events: Record<string, z.ZodType>;
  eventPrefix: string;
  answer: z.ZodType;
  offer: z.ZodType;
  /** One unit of a scarce resource on each of this many days from the given day. `inventory` filters its offer. */
  scarce: { capacity: number; request(day: string, days?: number): Request; inventory: Record<string, unknown> };
  /** One unit of something that does not run out, likewise. */
  plenty: { request(day: string, days?: number): Request; inventory: Record<string, unknown> };
  unknown(day: string): Request;
  /** Requests that make no sense whatever the day is. */
  malformed: Record<string, Request>;
  /** The price of one unit of the scarce resource per day. */
  price: number;
}

let used = Math.floor(Math.random() * 300);

/** A day that no other test uses, and the four after it: the trips of other files, which leave bookings behind, are all before it. */
export const freshDay = (): string => addDays(today(), 100 + 5 * (used++ % 116));

export const anHour = 3_600_000;

/** A reservation that is cancelled before it arrives. */
export function undoneReservation(reserve: string, cancel: string, request: Request) {
  const tripId = randomUUID();
  return {
    undo: { operation: cancel, body: { tripId } },
    late: { operation: reserve, body: { tripId, ...request, holdForMs: anHour } },
    aggregate: { type: 'reservation', id: tripId },
  };
}

/** The contract of every participant with reservations. */
export function describeReservations(harness: ParticipantHarness, samples: ReservationSamples): void {
  const { participant } = harness;
  const { operations, refusals, scarce, plenty } = samples;

  const reserve = (tripId: string, request: Request, key?: string) =>
    harness.send(operations.reserve, { tripId, ...request, holdForMs: anHour }, key);
  const confirm = (tripId: string) => harness.send(operations.confirm, { tripId });
  const cancel = (tripId: string) => harness.send(operations.cancel, { tripId });
  const held = async (request: Request): Promise<string> => {
    const tripId = randomUUID();
    const reply = await reserve(tripId, request);
    expect(reply.status, JSON.stringify(reply.body)).toBe(200);
    return tripId;
  };
  const fill = (day: string) => Promise.all(Array.from({ length: scarce.capacity }, () => held(scarce.request(day))));

  const reservations = async (query: string) =>
    pageOf(Reservation).parse((await harness.get(`/reservations?${query}`)).body).items;
  const stateOf = async (tripId: string) => (await reservations(`tripId=${tripId}`))[0]?.state;
  const becomes = (tripId: string, state: ReservationState) =>
    eventually(
      () => stateOf(tripId),
      (is) => is === state,
      15_000,
    );
  const offerOf = async ({ inventory }: Pick<typeof scarce, 'inventory'>, day?: string) => {
    const { items } = (await harness.get(`/inventory?limit=200${day === undefined ? '' : `&date=${day}`}`)).body as {
      items: { capacity: number; free: number; price: unknown }[];
    };
    return items.find((item) => Object.entries(inventory).every(([name, value]) => Reflect.get(item, name) === value))!;
  };
  const taken = async (of: Pick<typeof scarce, 'inventory'>, day: string) => {
    const { capacity, free } = await offerOf(of, day);
    return capacity - free;
  };
  /** As if the hold had been for a shorter time. */
  const makeOverdue = (...tripIds: string[]) =>
    harness.rows(`update reservation set hold_until = clock_timestamp() - interval '1 second' where trip_id = any($1)`, tripIds);
  const eventsOf = (tripId: string) => harness.facts('reservation', tripId);

  describe(`${participant}: a reservation`, () => {
    it('is held, confirmed and cancelled, and a repeat of each is a success', async () => {
      const day = freshDay();
      const tripId = randomUUID();
      const body = { tripId, ...scarce.request(day), holdForMs: anHour };
      const first = await harness.send(operations.reserve, body);
      expect(samples.answer.parse(first.body)).toMatchObject({
        tripId,
        state: 'HELD',
        price: { amount: samples.price, currency: 'EUR' },
      });
      expect(first.body).not.toHaveProperty('holdUntil');
      expect(await harness.send(operations.reserve, body)).toEqual({ ...first, key: expect.any(String) });
      for (const [command, state] of [
        [confirm, 'CONFIRMED'],
        [cancel, 'CANCELLED'],
      ] as const) {
        for (let times = 0; times < 2; times++)
          expect(await command(tripId)).toMatchObject({ status: 200, body: { tripId, state } });
        expect(await stateOf(tripId)).toBe(state);
      }
      expect(await taken(scarce, day)).toBe(0);
    });

    it('says each change of state in an event that the catalogue of events knows, version by version', async () => {
      const day = freshDay();
      const whole = await held(plenty.request(day));
      await confirm(whole);
      await cancel(whole);
      const overdue = await held(plenty.request(day));
      await makeOverdue(overdue);
      await becomes(overdue, 'EXPIRED');
      await confirm(overdue);
      const expected = {
        [whole]: ['held', 'confirmed', 'cancelled'],
        [overdue]: ['held', 'expired', 'confirmed'],
      };
      for (const [tripId, facts] of Object.entries(expected)) {
        const events = await eventsOf(tripId);
        expect(events.map(({ name, version }) => [name, version])).toEqual(
          facts.map((fact, index) => [`${samples.eventPrefix}-${fact}.v1`, index + 1]),
        );
        for (const { name, data } of events) {
          expect(samples.events[name]!.safeParse(JSON.parse(data)).error, data).toBeUndefined();
          expect(JSON.parse(data)).toMatchObject({ tripId });
        }
      }
    });

    it('is one for a trip: anything else for the same trip is refused', async () => {
      const day = freshDay();
      const tripId = await held(plenty.request(day));
      expectProblem(await reserve(tripId, plenty.request(addDays(day, 1))), 409, 'RESERVATION_CONFLICT');
      expect(await taken(plenty, day)).toBe(1);
      expect(await taken(plenty, addDays(day, 1))).toBe(0);
    });

    it('cannot be confirmed when there is none, nor when it was cancelled', async () => {
      const tripId = randomUUID();
      expectProblem(await confirm(tripId), 409, 'RESERVATION_NOT_FOUND');
      expect((await cancel(tripId)).status).toBe(200);
      expectProblem(await confirm(tripId), 409, 'RESERVATION_CANCELLED');
    });

    it('of something unknown is refused, and so is one of the past or of a distant future', async () => {
      expectProblem(await reserve(randomUUID(), samples.unknown(freshDay())), 409, refusals.unknown);
      for (const day of [addDays(today(), -2), '2001-01-01', addDays(today(), 800), '9999-12-20']) {
        const tripId = randomUUID();
        expectProblem(await reserve(tripId, plenty.request(day)), 409, refusals.days);
        expect(await stateOf(tripId)).toBeUndefined();
      }
    });

    it.each(Object.entries(samples.malformed))('of %s is refused as invalid', async (_what, request) => {
      const reply = await reserve(randomUUID(), request);
      expectProblem(reply, 422, 'VALIDATION_FAILED');
      expect(reply.body.errors).not.toEqual([]);
    });

    it('is held for so long from its first receipt, and a repeat does not prolong it', async () => {
      const body = { tripId: randomUUID(), ...plenty.request(freshDay()) };
      const key = newKey();
      const [earliest, holdForMs] = [Date.now(), 14 * 86_400_000];
      const first = await harness.send(operations.reserve, { ...body, holdForMs }, key);
      const { holdUntil } = (await reservations(`tripId=${body.tripId}`))[0]!;
      const end = Date.parse(holdUntil);
      expect(end).toBeGreaterThanOrEqual(earliest + holdForMs);
      expect(end).toBeLessThanOrEqual(Date.now() + holdForMs);
      // With the same key for another length, as after a change of settings, and with another key.
      expect(await harness.send(operations.reserve, { ...body, holdForMs: 2 * holdForMs }, key)).toEqual(first);
      expect(await harness.send(operations.reserve, { ...body, holdForMs: 2 * holdForMs })).toEqual({
        ...first,
        key: expect.any(String),
      });
      expect(await reservations(`tripId=${body.tripId}`)).toMatchObject([{ holdUntil }]);
    });

    it('is held for one length, for no longer than 92 days', async () => {
      const body = { tripId: randomUUID(), ...plenty.request(freshDay()) };
      const reserved = (term: object) => harness.send(operations.reserve, { ...body, ...term });
      for (const term of [{}, { holdForMs: 0 }, { holdForMs: 1.5 }, { holdUntil: new Date().toISOString() }])
        expectProblem(await reserved(term), 422, 'VALIDATION_FAILED');
      for (const holdForMs of [93 * 86_400_000, Number.MAX_SAFE_INTEGER])
        expectProblem(await reserved({ holdForMs }), 409, 'HOLD_INVALID');
      expect(await stateOf(body.tripId)).toBeUndefined();
    });
  });

  describe(`${participant}: an undo that overtakes`, () => {
    it('leaves a tombstone, by which the late reservation is refused', async () => {
      const day = freshDay();
      const tripId = randomUUID();
      expect(await cancel(tripId)).toMatchObject({ status: 200, body: { tripId, state: 'CANCELLED' } });
      expectProblem(await reserve(tripId, scarce.request(day)), 409, 'RESERVATION_CANCELLED');
      expect(await taken(scarce, day)).toBe(0);
      expect(await reservations(`tripId=${tripId}`)).toEqual([]);
    });

    it('leaves nothing held when the two race', async () => {
      const day = freshDay();
      const tripIds = Array.from({ length: 25 }, () => randomUUID());
      const replies = await Promise.all(tripIds.flatMap((tripId) => [reserve(tripId, plenty.request(day)), cancel(tripId)]));
      for (const reply of refused(replies)) expectProblem(reply, 409, 'RESERVATION_CANCELLED');
      expect(await taken(plenty, day)).toBe(0);
      const rows = await harness.rows<{ state: string }>(
        'select distinct state from reservation where trip_id = any($1)',
        tripIds,
      );
      expect(rows).toEqual([{ state: 'CANCELLED' }]);
      for (const tripId of tripIds) expectProblem(await confirm(tripId), 409, 'RESERVATION_CANCELLED');
    });

    it('cancels a hold that has expired, too, so that nothing confirms it afterwards', async () => {
      const tripId = await held(plenty.request(freshDay()));
      await makeOverdue(tripId);
      await becomes(tripId, 'EXPIRED');
      expect((await cancel(tripId)).body).toEqual({ tripId, state: 'CANCELLED' });
      expectProblem(await confirm(tripId), 409, 'RESERVATION_CANCELLED');
    });
  });

  describe(`${participant}: what there is`, () => {
    it('is granted to exactly as many of 50 parallel clients', async () => {
      const day = freshDay();
      const replies = await Promise.all(Array.from({ length: 50 }, () => reserve(randomUUID(), scarce.request(day))));
      expect(granted(replies)).toHaveLength(scarce.capacity);
      for (const reply of refused(replies)) expectProblem(reply, 409, refusals.full);
      expect((await offerOf(scarce, day)).free).toBe(0);
    });

    it('cannot be overbooked by a direct write to the table', async () => {
      const day = freshDay();
      await held(scarce.request(day));
      for (const value of ['capacity + 1', '-1'])
        await expect(harness.rows(`update allotment set taken = ${value} where day = $1`, day)).rejects.toThrow(
          'allotment_not_overbooked',
        );
    });

    it('is granted for all days or for none', async () => {
      const day = freshDay();
      const full = await fill(addDays(day, 2));
      const tripId = randomUUID();
      expectProblem(await reserve(tripId, scarce.request(day, 3)), 409, refusals.full);
      for (const each of [day, addDays(day, 1)]) expect(await taken(scarce, each)).toBe(0);
      await cancel(full[0]!);
      const answer = samples.answer.parse((await reserve(tripId, scarce.request(day, 3))).body);
      expect(answer).toMatchObject({ price: { amount: 3 * samples.price, currency: 'EUR' } });
      for (const each of [day, addDays(day, 1)]) expect(await taken(scarce, each)).toBe(1);
      expect(await taken(scarce, addDays(day, 2))).toBe(scarce.capacity);
    });

    it('adds up after many reservations and cancellations over days that overlap, at once', async () => {
      const day = freshDay();
      const trips = Array.from({ length: 40 }, (_, index) => ({
        tripId: randomUUID(),
        request: plenty.request(addDays(day, index % 3), 1 + (index % 2)),
        days: [0, 1, 2, 3].filter((each) => each >= index % 3 && each <= (index % 3) + (index % 2)),
        stays: index % 4 !== 0,
      }));
      await Promise.all(
        trips.map(async ({ tripId, request, stays }) => {
          const reserved = await harness.sendUntilAnswered(operations.reserve, { tripId, ...request, holdForMs: anHour });
          const decided = await harness.sendUntilAnswered(stays ? operations.confirm : operations.cancel, { tripId });
          expect([reserved.status, decided.status]).toEqual([200, 200]);
        }),
      );
      for (const each of [0, 1, 2, 3])
        expect(await taken(plenty, addDays(day, each))).toBe(
          trips.filter(({ days, stays }) => stays && days.includes(each)).length,
        );
    });

    it('is free again after a cancellation, of a confirmed reservation too', async () => {
      const day = freshDay();
      const [first] = await fill(day);
      expectProblem(await reserve(randomUUID(), scarce.request(day)), 409, refusals.full);
      await confirm(first!);
      await cancel(first!);
      await held(scarce.request(day));
      expect((await offerOf(scarce, day)).free).toBe(0);
    });

    it('is listed with the free units of a day, by default tomorrow, page by page', async () => {
      const schema = pageOf(samples.offer);
      const tomorrow = schema.parse((await harness.get('/inventory')).body);
      expect(tomorrow).toEqual((await harness.get(`/inventory?date=${addDays(today(), 1)}`)).body);
      const pages: unknown[] = [];
      for (let after = ''; ;) {
        const page = schema.parse((await harness.get(`/inventory?limit=2${after}`)).body);
        pages.push(...page.items);
        if (page.next === null) break;
        after = `&after=${encodeURIComponent(page.next)}`;
      }
      expect(pages).toEqual(tomorrow.items);
      expect(await offerOf(scarce)).toMatchObject({
        capacity: scarce.capacity,
        price: { amount: samples.price, currency: 'EUR' },
      });
      for (const query of ['date=2027-02-30', 'date=0000-01-01', 'limit=0', 'unknown=1', 'after=x'])
        expectProblem(await harness.get(`/inventory?${query}`), 422);
    });
  });

  describe(`${participant}: a hold without confirmation`, () => {
    it('expires on its own and gives its units back', async () => {
      const day = freshDay();
      const tripId = randomUUID();
      const until = Date.now() + 700;
      expect((await harness.send(operations.reserve, { tripId, ...scarce.request(day, 2), holdForMs: 700 })).status).toBe(200);
      await becomes(tripId, 'EXPIRED');
      expect(Date.now()).toBeGreaterThan(until);
      for (const each of [day, addDays(day, 1)]) expect(await taken(scarce, each)).toBe(0);
      expectProblem(
        await harness.send(operations.reserve, { tripId, ...scarce.request(day, 2), holdForMs: anHour }),
        409,
        'RESERVATION_EXPIRED',
      );
    });

    it('expires, and one that was confirmed never does', async () => {
      const day = freshDay();
      const confirmed = await held(plenty.request(day));
      const alive = await held(plenty.request(day));
      const lost = await held(plenty.request(day));
      await confirm(confirmed);
      await makeOverdue(confirmed, lost);
      await becomes(lost, 'EXPIRED');
      // The longest overdue come first: what follows it would have gone with it.
      expect(await stateOf(confirmed)).toBe('CONFIRMED');
      expect(await stateOf(alive)).toBe('HELD');
      expect(await taken(plenty, day)).toBe(2);
      expect((await eventsOf(confirmed)).map(({ version }) => version)).toEqual([1, 2]);
    });

    it('blocks no reservation once it is overdue', async () => {
      const days = Array.from({ length: 5 }, freshDay);
      const holds = await Promise.all(days.map(fill));
      await makeOverdue(...holds.flat());
      for (const day of days) await held(scarce.request(day));
      // One that the service's own clock was about to end at that moment is passed over, and gone a moment later.
      for (const day of days) {
        const units = await eventually(
          () => taken(scarce, day),
          (taken) => taken === 1,
          15_000,
        );
        expect(units, day).toBe(1);
      }
    });

    it('blocks no reservation while another transaction expires it', async () => {
      const day = freshDay();
      const holds = await fill(day);
      const reply = await harness.asAdministrator(async (client) => {
        await makeOverdue(...holds);
        await client.query('begin');
        await client.query('select from reservation where trip_id = any($1) for update', [holds]);
        const asked = reserve(randomUUID(), scarce.request(day));
        // Long enough for an answer that does not wait for what is being decided.
        await Promise.race([asked, new Promise((resolve) => setTimeout(resolve, 200))]);
        await client.query('commit');
        return asked;
      });
      expect(reply.status, JSON.stringify(reply.body)).toBe(200);
    });

    it('can still be confirmed after it has expired, while there is room', async () => {
      const day = freshDay();
      const [tripId] = await fill(day);
      await makeOverdue(tripId!);
      await becomes(tripId!, 'EXPIRED');
      expect(await taken(scarce, day)).toBe(scarce.capacity - 1);
      expect((await confirm(tripId!)).body).toEqual({ tripId, state: 'CONFIRMED' });
      expect(await taken(scarce, day)).toBe(scarce.capacity);
    });

    it('is refused its confirmation when another reservation has its place', async () => {
      const day = freshDay();
      const [tripId] = await fill(day);
      await makeOverdue(tripId!);
      await becomes(tripId!, 'EXPIRED');
      await held(scarce.request(day));
      expectProblem(await confirm(tripId!), 409, 'RESERVATION_EXPIRED');
      expect(await stateOf(tripId!)).toBe('EXPIRED');
      expect(await taken(scarce, day)).toBe(scarce.capacity);
    });
  });

  describe(`${participant}: reservations, for operators`, () => {
    it('are listed by item, newest first, with what was asked for', async () => {
      const day = freshDay();
      const tripIds = [await held(plenty.request(day, 2)), await held(plenty.request(day, 2))];
      await confirm(tripIds[1]!);
      const [newest] = await reservations('limit=1');
      expect(newest).toMatchObject({ participant, tripId: tripIds[1], state: 'CONFIRMED' });
      const items = await reservations(`tripId=${tripIds[0]}&state=HELD`);
      const events = await eventsOf(tripIds[0]!);
      const heldItems = (JSON.parse(events[0]!.data) as { items: Request[] }).items;
      expect([...items].reverse()).toEqual(heldItems.map((item) => expect.objectContaining(item)));
      expect(await reservations(`tripId=${tripIds[0]}&state=CONFIRMED`)).toEqual([]);
    });

    it('are listed page by page, and a cursor that was made up is refused', async () => {
      const { items } = pageOf(Reservation).parse((await harness.get('/reservations?limit=7')).body);
      const paged: unknown[] = [];
      for (let after = ''; paged.length < items.length;) {
        const page = pageOf(Reservation).parse((await harness.get(`/reservations?limit=2${after}`)).body);
        paged.push(...page.items);
        if (page.next === null) break;
        after = `&after=${encodeURIComponent(page.next)}`;
      }
      expect(paged.slice(0, items.length)).toEqual(items);
      for (const query of ['after=x', 'state=GONE', 'tripId=%00', 'limit=201'])
        expectProblem(await harness.get(`/reservations?${query}`), 422);
      const made = Buffer.from(JSON.stringify(['0000-01-01T00:00:00Z', 'x'])).toString('base64url');
      expectProblem(await harness.get(`/reservations?after=${made}`), 422, 'INVALID_CURSOR');
    });
  });

  describeTripPart(participant as ReservationParticipant, { full: refusals.full, fill, freshDay });
}

const granted = (replies: readonly Reply[]) => replies.filter(({ status }) => status === 200);
const refused = (replies: readonly Reply[]) => replies.filter(({ status }) => status !== 200);
