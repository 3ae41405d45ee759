import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { participants, SEAL } from '../../contracts/participant/participants.js';
import { tripPartNames } from '../../contracts/trip/trip-part.js';

const ms = z.int().min(0);

/** How a request is sent more than once, always under one `Idempotency-Key`. */
const Repeats = z.strictObject({
  /** So many requests at the same moment. */
  atOnce: z.int().min(1).optional(),
  /** One more so long after the first answer. */
  laterMs: ms.optional(),
  /** One with another body so long after the first answer: it has to be refused. */
  otherBodyMs: ms.optional(),
});

/** An external action on the saga of a request, this long after its acceptance. */
const Interference = z.strictObject({
  kind: z.enum(['abort', 'cancel', 'terminate', 'reset', 'forget', 'garble']),
  afterMs: ms,
});
export type Interference = z.infer<typeof Interference>;

const shared = {
  /** Between the end of the request before, as far as the client knows it, and this one. */
  pauseMs: ms,
  /** Seconds of `Prefer: wait`. */
  wait: z.int().min(0).max(30),
  repeats: Repeats.optional(),
  interference: Interference.optional(),
};

const paymentMethod = z.enum(['pm_ok', 'pm_slow', 'pm_declined', 'pm_insufficient_funds', 'pm_capture_fails']);
export type PaymentMethod = z.infer<typeof paymentMethod>;

const Request = z.discriminatedUnion('what', [
  z.strictObject({ what: z.literal('place order'), euros: z.int().min(1), ...shared }),
  z.strictObject({ what: z.literal('revise order'), euros: z.int().min(1), ...shared }),
  z.strictObject({ what: z.literal('pay order'), paymentMethod, ...shared }),
  z.strictObject({ what: z.enum(['cancel order', 'ship order', 'cancel trip']), ...shared }),
  z.strictObject({
    what: z.literal('book trip'),
    paymentMethod,
    parts: z.array(z.enum(tripPartNames)).min(1),
    /** The scarce kinds of the parts. */
    scarce: z.array(z.enum(tripPartNames)),
    daysAhead: z.int().min(1),
    /** Asks for approval; how it is decided, and when. `nobody` lets it expire. */
    approval: z.strictObject({ verdict: z.enum(['approve', 'decline', 'nobody']), afterMs: ms }).optional(),
    ...shared,
  }),
]);
export type Request = z.infer<typeof Request>;

/** The requests of one client: the life of one order or of one trip. */
const Life = z.strictObject({
  id: z.string(),
  atMs: ms,
  customer: z.int().min(0),
  requests: z.array(Request).min(1),
});
export type Life = z.infer<typeof Life>;

const target = { atMs: ms, process: z.string() };
const Disturbance = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('kill'), ...target }),
  /** SIGSTOP, and after a while SIGCONT. */
  z.strictObject({ kind: z.literal('stop'), ...target, forMs: ms }),
  /** Ended in order, and started again after a while. */
  z.strictObject({ kind: z.literal('outage'), ...target, forMs: ms }),
  /** The process's clock is wrong for a while. */
  z.strictObject({ kind: z.literal('clock'), ...target, stepMs: z.int(), forMs: ms }),
  z.strictObject({
    kind: z.literal('fault'),
    atMs: ms,
    participant: z.string(),
    operation: z.string(),
    mode: z.enum(['error', 'delay', 'drop-response', 'refuse']),
    probability: z.number().min(0).max(1),
    delayMs: ms.optional(),
    forMs: ms,
  }),
]);
export type Disturbance = z.infer<typeof Disturbance>;

/** Everything that a run does, with the time of each act since its start. */
const Schedule = z.strictObject({
  seed: z.int(),
  /** The purpose of the schedule, for later readers. */
  note: z.string().optional(),
  seconds: z.number().min(1),
  /** Runs gateway and worker as two processes. */
  splitWorker: z.boolean(),
  /** Whether sagas that were ended by force are settled by themselves; otherwise operators do it. */
  settleLost: z.boolean(),
  lives: z.array(Life),
  disturbances: z.array(Disturbance),
});
export type Schedule = z.infer<typeof Schedule>;

/** @throws Error when the file is no schedule, or names an operation that no participant has. */
export function readSchedule(file: string): Schedule {
  const schedule = Schedule.parse(JSON.parse(readFileSync(file, 'utf8')));
  for (const one of schedule.disturbances) {
    if (one.kind !== 'fault') continue;
    const operations = Object.entries(participants).find(([name]) => name === one.participant)?.[1] ?? {};
    if (one.operation !== SEAL && !Object.hasOwn(operations, one.operation))
      throw new Error(`${file} wants a fault of ${one.participant}.${one.operation}, which there is not.`);
  }
  return schedule;
}

export function writeSchedule(file: string, schedule: Schedule): void {
  writeFileSync(file, `${JSON.stringify(schedule, undefined, 2)}\n`);
}
