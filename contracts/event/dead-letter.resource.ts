import { z } from 'zod';
import { Note } from '../values/note.js';

/** The number of a dead event or a dead letter in a path. */
export const DeadLetterId = z
  .string()
  .regex(/^\d{1,15}$/, 'must be the number of an event in this list')
  .transform(Number);

/** An event that a consumer could not apply, or not yet, for an operator to decide about. */
export const DeadLetter = z.object({
  id: z.int(),
  consumer: z.string(),
  eventId: z.uuid(),
  sequence: z.string().meta({ description: 'Its position in the log' }),
  type: z.string(),
  typeVersion: z.int(),
  aggregateType: z.string(),
  aggregateId: z.string(),
  aggregateVersion: z.int(),
  state: z.enum(['failing', 'parked', 'dead', 'skipped']).meta({
    description:
      'failing: retried automatically; parked: it came early, or waits behind a dead one; dead: needs a decision; skipped: never applied',
  }),
  error: z.string().nullable(),
  attempts: z.int(),
  note: z.string().nullable(),
  heldAt: z.iso.datetime(),
  data: z.string().meta({ description: 'The data as the service wrote it, byte by byte' }),
});
export type DeadLetter = z.infer<typeof DeadLetter>;

/** A dead letter as the API lists it, among those of all services. */
export const DeadLetterOfService = DeadLetter.extend({
  service: z.string().meta({ description: 'The service whose consumer it is' }),
}).meta({ id: 'DeadLetter' });
export type DeadLetterOfService = z.infer<typeof DeadLetterOfService>;

const deadLetterStates = DeadLetter.shape.state;
/** The filter of the dead letters of a service. */
export const deadLetterFilter = {
  consumer: z
    .string()
    .regex(/^[a-z][a-z0-9.-]{0,99}$/, 'must be the name of a consumer')
    .optional(),
  state: deadLetterStates.optional(),
};
export type DeadLetterState = DeadLetter['state'];

/** How many events a decision has applied. */
export const DeadLetterDecided = z.object({ released: z.int() }).meta({ id: 'DeadLetterDecided' });
export type DeadLetterDecided = z.infer<typeof DeadLetterDecided>;

/** The note is kept with the event. */
export const SkipDeadLetter = z
  .strictObject({ note: Note })
  .meta({ id: 'SkipDeadLetter', examples: [{ note: 'Made good by hand.' }] });
export type SkipDeadLetter = z.infer<typeof SkipDeadLetter>;
