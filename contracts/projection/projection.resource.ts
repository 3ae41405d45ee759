import { z } from 'zod';
import { pageOf } from '../values/page.js';

/** A position of the log as `at`: an event's `sequence`, or the cursor of a feed. */
export const LogPosition = z
  .string()
  .regex(/^\d{1,20}$/, 'must be the sequence of an event')
  .meta({ description: 'The `sequence` of an event. The answer includes everything up to it, or is a 503 `PROJECTION_BEHIND`' });

/** The query of every list of a read model, besides its filter. */
export const atPosition = { at: LogPosition.optional() };

/** A page of a list of a read model. */
export const projectedPageOf = <Item extends z.ZodType>(item: Item) =>
  pageOf(item).extend({
    asOf: z.string().meta({
      description: 'The answer includes the log up to this position. Continue from there: GET /v1/events?after=',
    }),
  });

export interface ProjectedPage<Item> {
  items: Item[];
  next: string | null;
  asOf: string;
}

/** A read model, for operators. */
export const ProjectionStatus = z
  .object({
    name: z.string(),
    generation: z.int().meta({ description: 'Number of rebuilds' }),
    asOf: z.string(),
    behindEvents: z.int().meta({ description: 'Events of the log that are not applied yet, counted up to 2,000' }),
    behindSeconds: z.number(),
    rebuilding: z.object({ generation: z.int(), asOf: z.string() }).nullable(),
  })
  .meta({ id: 'ProjectionStatus' });
export type ProjectionStatus = z.infer<typeof ProjectionStatus>;
