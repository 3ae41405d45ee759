import { participantNames, participants, SEAL } from '../../contracts/participant/participants.js';
import { tripPartNames } from '../../contracts/trip/trip-part.js';
import type { ProcessName } from '../../libs/embedded/processes.js';
import { Dice } from './dice.js';
import type { Disturbance, Interference, Life, PaymentMethod, Request, Schedule } from './schedule.js';

export interface Wanted {
  seed: number;
  seconds: number;
  /** Sagas a second, by what a life has on average. */
  rate: number;
  /** Whether clocks can be moved on this machine. */
  clocks: boolean;
}

/** How many customers there are; with few of them lives get in each other's way. */
export const CUSTOMERS = 12;
/** The average demand of a generated life, measured over many seeds (make-schedule.spec.ts checks it). */
export const SAGAS_PER_LIFE = 2.15;

/** No disturbance begins in the last part of a run, so that each of them meets some load. */
const CALM_END_MS = 3_000;
const BETWEEN_DISTURBANCES_MS = 2_200;
/** The supervisor gives up on a process that dies five times within a minute: at most three of the deaths are ours. */
const BETWEEN_DEATHS_MS = 20_000;

/** Makes the schedule of a seed: the same for the same wishes, wherever it is made. */
export function makeSchedule({ seed, seconds, rate, clocks }: Wanted): Schedule {
  const dice = new Dice(seed);
  const [splitWorker, settleLost] = [dice.chance(0.5), dice.chance(0.7)];
  const lives = makeLives(dice.fork(), seconds * 1_000, rate / SAGAS_PER_LIFE);
  const disturbances = makeDisturbances(dice.fork(), seconds * 1_000, { splitWorker, clocks });
  return { seed, seconds, splitWorker, settleLost, lives, disturbances };
}

function makeLives(dice: Dice, untilMs: number, perSecond: number): Life[] {
  const lives: Life[] = [];
  // Arrivals without a memory, as those of real clients are.
  for (let at = 0; ;) {
    at += -Math.log(1 - dice.next()) * (1_000 / perSecond);
    if (at >= untilMs) return lives;
    const number = lives.length + 1;
    const about = dice.weighted({ order: 6, trip: 4 });
    lives.push({
      id: `${about}-${number}`,
      atMs: Math.round(at),
      customer: dice.int(0, CUSTOMERS - 1),
      requests: about === 'order' ? orderRequests(dice.fork()) : tripRequests(dice.fork()),
    });
  }
}

function orderRequests(dice: Dice): Request[] {
  const requests: Request[] = [{ what: 'place order', euros: dice.int(1, 40), ...manner(dice) }];
  const commands = dice.int(0, 3);
  for (let number = 0; number < commands; number++) {
    const what = dice.weighted({ 'revise order': 4, 'pay order': 4, 'cancel order': 2, 'ship order': 2 });
    if (what === 'revise order') requests.push({ what, euros: dice.int(1, 40), ...manner(dice) });
    else if (what === 'pay order') requests.push({ what, paymentMethod: paymentMethod(dice), ...manner(dice) });
    else requests.push({ what, ...manner(dice) });
  }
  return requests;
}

function tripRequests(dice: Dice): Request[] {
  const parts = dice.some(tripPartNames, 0.7);
  const approved = dice.chance(0.3);
  const requests: Request[] = [
    {
      what: 'book trip',
      paymentMethod: paymentMethod(dice),
      parts: parts.length > 0 ? parts : ['hotel'],
      scarce: dice.some(tripPartNames, 0.2),
      daysAhead: dice.pick([3, 10, 40]), // one for each row of the refund policy, none near a boundary
      ...(approved && {
        approval: { verdict: dice.weighted({ approve: 6, decline: 2, nobody: 1 }), afterMs: dice.int(100, 4_000) },
      }),
      ...manner(dice),
    },
  ];
  for (let more = 0; more < 2 && dice.chance(0.4); more++) requests.push({ what: 'cancel trip', ...manner(dice) });
  return requests;
}

/** How a request is sent, and what happens to its saga. */
function manner(dice: Dice): Pick<Request, 'pauseMs' | 'wait' | 'repeats' | 'interference'> {
  const { repeats, interference } = { repeats: repeatsOf(dice), interference: interferenceOf(dice) };
  return {
    pauseMs: dice.pick([0, 50, 400, 2_000]),
    wait: dice.pick([0, 0, 2, 10]),
    ...(repeats && { repeats }),
    ...(interference && { interference }),
  };
}

function repeatsOf(dice: Dice): Request['repeats'] {
  if (!dice.chance(0.35)) return undefined;
  return {
    ...(dice.chance(0.6) && { atOnce: dice.int(2, 4) }),
    ...(dice.chance(0.5) && { laterMs: dice.int(0, 15_000) }),
    ...(dice.chance(0.25) && { otherBodyMs: dice.int(0, 10_000) }),
  };
}

function interferenceOf(dice: Dice): Interference | undefined {
  if (!dice.chance(0.25)) return undefined;
  const kind = dice.weighted({ abort: 4, cancel: 3, terminate: 2, reset: 2, forget: 1, garble: 1 });
  // Most fall into the saga; a reset and a deletion are worth trying after its end, too.
  const late = kind === 'reset' || kind === 'forget';
  return { kind, afterMs: late ? dice.int(0, 8_000) : Math.round(dice.next() ** 2 * 2_500) };
}

function paymentMethod(dice: Dice): PaymentMethod {
  return dice.weighted({ pm_ok: 6, pm_slow: 2, pm_declined: 1, pm_insufficient_funds: 1, pm_capture_fails: 1 });
}

/** How often each process is disturbed: workers and participants most often. */
function victims(splitWorker: boolean): Partial<Record<ProcessName, number>> {
  return {
    gateway: splitWorker ? 3 : 8,
    ...(splitWorker && { worker: 7 }),
    ...Object.fromEntries(participantNames.map((name) => [name, 1])),
    order: 3,
    customer: 3,
    payment: 3,
    trip: 2,
    hotel: 2,
    temporal: 2,
    postgres: 1,
    relay: 1,
    saga: 1,
    hooks: 1,
    notification: 0.5,
    projection: 1,
  };
}

const operations = participantNames.flatMap((participant) =>
  [...Object.keys(participants[participant]), SEAL].map((operation) => ({ participant, operation })),
);

function makeDisturbances(
  dice: Dice,
  untilMs: number,
  { splitWorker, clocks }: { splitWorker: boolean; clocks: boolean },
): Disturbance[] {
  const disturbances: Disturbance[] = [];
  const weights = victims(splitWorker) as Record<ProcessName, number>;
  const busyUntil = new Map<ProcessName, number>();
  for (let at = 500; ;) {
    at += Math.round(-Math.log(1 - dice.next()) * BETWEEN_DISTURBANCES_MS);
    if (at >= untilMs - CALM_END_MS) return disturbances;
    const kind = dice.weighted({ kill: 5, stop: 4, outage: 2, clock: clocks ? 2 : 0, fault: 9 });
    if (kind === 'fault') {
      disturbances.push(makeFault(dice.fork(), at));
      continue;
    }
    const process = dice.weighted(weights);
    const forMs = Math.round(300 + dice.next() ** 2 * 11_000);
    const stepMs = dice.pick([-3_600_000, -60_000, -5_000, 2_000, 30_000, 900_000]);
    if ((busyUntil.get(process) ?? 0) > at) continue;
    if (kind === 'clock' && (process === 'temporal' || process === 'postgres')) continue; // their clock is everybody's
    busyUntil.set(process, at + (kind === 'kill' ? BETWEEN_DEATHS_MS : forMs + 5_000));
    if (kind === 'kill') disturbances.push({ kind, atMs: at, process });
    else if (kind === 'clock') disturbances.push({ kind, atMs: at, process, stepMs, forMs });
    else disturbances.push({ kind, atMs: at, process, forMs });
  }
}

function makeFault(dice: Dice, atMs: number): Disturbance {
  const target = dice.pick(operations);
  // A seal is never refused.
  const mode = dice.weighted({ error: 3, delay: 3, 'drop-response': 4, refuse: target.operation === SEAL ? 0 : 2 });
  return {
    kind: 'fault',
    atMs,
    ...target,
    mode,
    probability: dice.pick([0.2, 0.5, 1]),
    ...(mode === 'delay' && { delayMs: dice.pick([100, 700, 2_500, 6_000]) }),
    forMs: dice.int(1_000, 9_000),
  };
}
