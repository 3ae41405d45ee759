import { z } from 'zod';
import { CloudEvent } from './cloud-event.js';
import { commaList } from '../values/comma-list.js';
import { pageQuery } from '../values/page.js';

/** `order.approved`, or `order.*` for all of a service. */
const typePattern = '[a-z][a-z0-9-]*\\.(?:\\*|[a-z][a-z0-9-]*(?:\\.[a-z][a-z0-9-]*)*)';

const MOST_TYPES = 100;

const EventTypes = commaList(
  z
    .string()
    .max(200)
    .regex(new RegExp(`^${typePattern}$`), 'must be types like order.approved or order.*, separated by commas or repeated'),
  MOST_TYPES,
)
  .transform((types) => [...new Set(types)])
  .meta({
    description:
      'Only these types: `order.approved`, or `order.*` for all types of a service. Separate by commas, or repeat the parameter',
  });

const Subject = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_:./-]{0,255}$/, 'must be the id of an aggregate')
  .meta({ description: 'Only events about this aggregate' });

const versions = commaList(z.string().min(1).max(200), MOST_TYPES)
  .transform((wishes) => wishes.join(','))
  .optional()
  .meta({
    description:
      'The versions to render types in, such as `order.approved@1`. Other types get their newest version. Separate by commas, or repeat the parameter',
  });

const filter = { types: EventTypes.optional(), subject: Subject.optional() };

const after = (fallback: string) =>
  z
    .string()
    .min(1)
    .max(64)
    .optional()
    .meta({
      description: `Where to begin, exclusively: a cursor of an answer, the \`sequence\` of an event, \`beginning\`, \`now\`, or an RFC 3339 time (events recorded since). Default: \`${fallback}\``,
    });

const whole = (max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().max(max));

/** `GET /v1/events` */
export const EventPageQuery = z.strictObject({
  after: after('beginning'),
  ...filter,
  versions,
  limit: pageQuery.limit,
  wait: whole(30).optional().meta({ description: 'Seconds to wait for an event, at most 30; default 0' }),
});
export type EventPageQuery = z.infer<typeof EventPageQuery>;

/** `GET /v1/events/stream` */
export const EventStreamQuery = z.strictObject({ after: after('now'), ...filter, versions });
export type EventStreamQuery = z.infer<typeof EventStreamQuery>;

/** `GET /v1/events/socket` */
export const EventSocketQuery = z.strictObject({
  after: after('now'),
  ...filter,
  versions,
  want: whole(1_000_000)
    .optional()
    .meta({ description: 'How many events to send before the client asks for more; default: as fast as it reads' }),
});
export type EventSocketQuery = z.infer<typeof EventSocketQuery>;

/** `GET /v1/events.atom` and its archive */
export const EventFeedQuery = z.strictObject(filter);
export type EventFeedQuery = z.infer<typeof EventFeedQuery>;

/** The number of an archive page of the Atom feed. */
export const ArchivePageNumber = z
  .string()
  .regex(/^[1-9]\d{0,12}$/, 'must be the number of a page, from 1')
  .transform(Number);

/** A page of polling. `next` is never null: it is the cursor to continue with, also after an empty page. */
export const EventPage = z.object({
  items: z.array(CloudEvent),
  next: z.string().meta({ description: 'An opaque cursor: everything up to there was examined. Pass it as `after`' }),
});
export type EventPage = z.infer<typeof EventPage>;
