import { z } from 'zod';
import { Note } from '../values/note.js';
import { pageQuery } from '../values/page.js';

/** The name of a service in a path or a query. */
export const ServiceName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,62}$/, 'must be the name of a service')
  .meta({ examples: ['order'] });

/** An event that could not go into the log, for an operator to decide about. */
export const DeadEvent = z
  .object({
    service: z.string(),
    /** Its number in the service's outbox. */
    id: z.int(),
    eventId: z.uuid(),
    type: z.string(),
    typeVersion: z.int(),
    aggregateType: z.string(),
    aggregateId: z.string(),
    aggregateVersion: z.int(),
    occurredAt: z.iso.datetime(),
    state: z.enum(['dead', 'parked', 'skipped']),
    reason: z.enum(['INVALID_EVENT', 'EVENT_ID_CONFLICT', 'VERSION_TAKEN', 'VERSION_GAP', 'PARKED']),
    error: z.string(),
    attempts: z.int(),
    note: z.string().nullable(),
    diedAt: z.iso.datetime(),
    data: z.string(),
  })
  .meta({ id: 'DeadEvent' });
export type DeadEvent = z.infer<typeof DeadEvent>;

/** The query of the list of dead events. */
export const DeadEventListQuery = z.strictObject({
  ...pageQuery,
  service: ServiceName.optional(),
  state: DeadEvent.shape.state.optional(),
});
export type DeadEventListQuery = z.infer<typeof DeadEventListQuery>;

/** `acceptGap`: it goes into the log although the version before it is lost for good. */
export const ReplayDeadEvent = z.strictObject({ acceptGap: z.boolean().default(false) }).prefault({});
export type ReplayDeadEvent = z.infer<typeof ReplayDeadEvent>;

/** How many events a decision has put into the log: the event and those that waited for it. */
export const DeadEventDecided = z.object({ released: z.int() }).meta({ id: 'DeadEventDecided' });
export type DeadEventDecided = z.infer<typeof DeadEventDecided>;

/** The note is kept with the event. */
export const SkipDeadEvent = z.strictObject({ note: Note });
export type SkipDeadEvent = z.infer<typeof SkipDeadEvent>;
