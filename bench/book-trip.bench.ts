// bookTrip of hotel, flight and car against its floor, the sample's way, the bare calls and itself through REST.
import type { Client } from '@temporalio/client';
import { uuidv7 } from 'uuidv7';
import { bookTripIds, type BookTripRequest, bookTripType } from '../workflows/book-trip/book-trip.contract.js';
import { partsOf, totalOf } from '../workflows/book-trip/trip-parts.js';
import { benchCustomer } from './harness/bench-customers.js';
import { runBenchmark } from './harness/bench-system.js';
import { benchSettings } from './harness/bench-settings.js';
import { Comparison, printFigure } from './harness/comparison.js';
import { printRatios } from './harness/print-ratios.js';
import { printWholeSystem } from './harness/print-whole-system.js';
import { benchPolicy, requireState, runAsSample, runFloor, runSaga } from './harness/start-ways.js';
import { spread } from './statistics.js';

const DAY_MS = 86_400_000;
const DAYS = 300;
/** create, three reservations at once, authorize, capture, three confirmations at once, confirm. */
const SHAPE = [1, 3, 1, 1, 3, 1];

type Parts = Required<Pick<BookTripRequest, 'hotel' | 'flights' | 'car'>>;

await runBenchmark({ participants: ['hotel', 'flight', 'car', 'payment', 'trip'], untuned: true }, async (system) => {
  const { client, post } = system;

  let next = 0;
  /** Plentiful parts, each on its own day, so that the benchmark does not measure the queue for one row. */
  function parts(): Parts {
    const first = Date.now() + (30 + 2 * (next++ % DAYS)) * DAY_MS;
    const day = (offset: number) => new Date(first + offset * DAY_MS).toISOString().slice(0, 10);
    return {
      hotel: { hotelId: 'HOTEL-ASTORIA', checkIn: day(0), checkOut: day(1), rooms: 1 },
      flights: [{ flightId: 'FLIGHT-AMS-VIE', date: day(0), seats: 1 }],
      car: { carClass: 'COMPACT', location: 'AMS', pickUp: day(0), dropOff: day(0) },
    };
  }

  function request<Wanted extends Partial<Parts>>(wanted: Wanted) {
    const [customerId, paymentMethod] = [benchCustomer(), 'pm_ok'];
    // As the gateway starts it, which has looked the customer up.
    return { tripId: uuidv7(), customerId, customerVerified: true as const, paymentMethod, ...wanted, policy: benchPolicy };
  }

  const trip =
    (choose: (all: Parts) => Partial<Parts> = (all) => all) =>
    async () => {
      const input = request(choose(parts()));
      const { tripId: businessId, customerId } = input;
      const saga = { type: bookTripType, workflowId: bookTripIds.of(businessId), businessId, customerId, input };
      const { handle, result } = await runSaga(client, saga);
      requireState('BOOKED', result);
      return handle;
    };

  const asSample = (on: Client) => async () => {
    const { handle, result } = await runAsSample(on, 'bookTripAsSample', request(parts()));
    requireState('BOOKED', result);
    return handle;
  };

  async function bareCalls(): Promise<undefined> {
    const { tripId, customerId, paymentMethod, hotel, flights, car } = request(parts());
    const sagaId = `bench:${tripId}`;
    const paymentId = `trip-${tripId}`;
    const holdForMs = DAY_MS;
    const command = async <Answer>(to: 'hotel' | 'flight' | 'car' | 'payment' | 'trip', operation: string, body: object) =>
      (await post(to, `/commands/${operation}`, body, { 'idempotency-key': `${sagaId}/${operation}` })) as Answer;
    type Holds = Required<Parameters<typeof partsOf>[0]>;
    await command('trip', 'createTrip', { tripId, customerId, operationId: sagaId, hotel, flights, car });
    const [room, seats, rental] = await Promise.all([
      command<Holds['hotel']>('hotel', 'reserveRoom', { tripId, holdForMs, ...hotel }),
      command<Holds['flights']>('flight', 'reserveSeat', { tripId, holdForMs, flights }),
      command<Holds['car']>('car', 'reserveCar', { tripId, holdForMs, ...car }),
    ]);
    const holds = { hotel: room, flights: seats, car: rental };
    const total = totalOf(holds);
    await command('payment', 'authorize', { paymentId, tripId, customerId, paymentMethod, amount: total });
    await command('payment', 'capture', { paymentId });
    await Promise.all([
      command('hotel', 'confirmRoom', { tripId }),
      command('flight', 'confirmSeat', { tripId }),
      command('car', 'confirmCar', { tripId }),
    ]);
    requireState('BOOKED', await command('trip', 'confirmTrip', { tripId, parts: partsOf(holds), total }));
  }

  await printWholeSystem('bookTrip', trip(), system);
  await system.stopFollowers();
  const measured = await new Comparison(
    {
      bookTrip: trip(),
      'floor (no-op steps of the same shape)': () => runFloor(client, SHAPE),
      'as the sample writes it': asSample(client),
      '… on a server as it comes': asSample(system.untuned!),
      'no engine (ten calls)': bareCalls,
      'through REST (Prefer: wait)': async () => {
        const { customerId, paymentMethod, hotel, flights, car } = request(parts());
        const body = { customerId, paymentMethod, hotel, flights, car };
        requireState('BOOKED', await post('gateway', '/v1/trips', body, { prefer: 'wait=30' }));
        return undefined;
      },
    },
    () => system.cpu(),
  ).run();

  measured.printTable();
  const roles = {
    ours: 'bookTrip',
    floor: 'floor (no-op steps of the same shape)',
    sample: 'as the sample writes it',
    untunedSample: '… on a server as it comes',
    bare: 'no engine (ten calls)',
  } as const;
  printRatios(measured, roles, 20);

  // The cost of a part that is booked together with other parts: trips of one part and of all three. The load is one trip at a time.
  // The longer run counts, because the median of a few trips can be an outlier.
  const byPart = {
    'hotel only': trip(({ hotel }) => ({ hotel })),
    'flight only': trip(({ flights }) => ({ flights })),
    'car only': trip(({ car }) => ({ car })),
    'hotel + flight + car': trip(),
  };
  const { alone, rounds } = benchSettings('sagas');
  const together = await new Comparison(byPart, () => system.cpu(), {
    rounds,
    alone,
    total: Math.max(alone, 60),
    concurrency: 1,
  }).run();
  together.printTable();
  const singles = ['hotel only', 'flight only', 'car only'] as const;
  const slowest = singles
    .map((name) => together.of(name, (it) => it.loadedP50Ms))
    .reduce((a, b) => a.map((ms, round) => Math.max(ms, b[round]!)));
  const all = together.of('hotel + flight + car', (it) => it.loadedP50Ms);
  const times = all.map((ms, round) => ms / slowest[round]!);
  printFigure(
    'one alone, three parts in parallel against the slowest part by itself',
    `${spread(times, 2)} times`,
    'little above 1',
  );
});
