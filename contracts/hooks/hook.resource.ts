import { z } from 'zod';
import { pageQuery } from '../values/page.js';
import { PlainText } from '../values/plain-text.js';

export const hookStates = ['pending', 'enabled', 'paused', 'disabled'] as const;
const deliveryStates = ['pending', 'sending', 'retrying', 'held', 'succeeded', 'exhausted', 'cancelled'] as const;
export type DeliveryState = (typeof deliveryStates)[number];
export const deliveryTriggers = ['auto', 'manual', 'recover', 'test', 'verify'] as const;
export type DeliveryTrigger = (typeof deliveryTriggers)[number];
const contentModes = ['structured', 'json'] as const;

const EventTypePattern = z
  .string()
  .max(200)
  .regex(
    /^(\*|[a-z][a-z0-9-]*\.\*|[a-z][a-z0-9-]*(\.[a-z0-9-]+)+(@[1-9]\d{0,3})?)$/,
    'must be a type (order.approved), one in a version (order.approved@1), all of a service (order.*) or everything (*)',
  );

/** The options of a hook. Each has a default. */
const choices = {
  url: PlainText.max(2_000).min(1).meta({
    description:
      'Public HTTPS. Loopback over HTTP only if HOOKS_ALLOW_PRIVATE=true. A new URL of a hook that was created with `verify` must echo a challenge first',
  }),
  types: z
    .array(EventTypePattern)
    .min(1)
    .max(100)
    .meta({ description: '`order.approved`, `order.approved@1` (pinned to a version), `order.*`, or `*` for everything' }),
  description: PlainText.max(500),
  contentMode: z
    .enum(contentModes)
    .meta({ description: '`structured`: application/cloudevents+json. `json`: the same body as application/json' }),
  ordered: z.boolean().meta({ description: 'Whether the events of one aggregate arrive in order; default true' }),
  maxInFlight: z.int().min(1).max(100).meta({ description: 'Concurrent requests; default 10' }),
  ratePerSecond: z
    .number()
    .min(0.01)
    .max(1_000)
    .nullable()
    .meta({ description: 'Maximum requests per second; default no limit' }),
  timeoutMs: z.int().min(100).max(30_000).meta({ description: 'Time limit of an answer in ms; default 15000' }),
};

/** The body of `POST /v1/hooks`. */
export const CreateHook = z
  .strictObject({
    url: choices.url,
    types: choices.types,
    description: choices.description.optional(),
    verify: z
      .boolean()
      .optional()
      .meta({ description: 'Whether the URL must echo a challenge before the hook is enabled; default false' }),
    contentMode: choices.contentMode.optional(),
    ordered: choices.ordered.optional(),
    maxInFlight: choices.maxInFlight.optional(),
    ratePerSecond: choices.ratePerSecond.optional(),
    timeoutMs: choices.timeoutMs.optional(),
  })
  .meta({ id: 'CreateHook', examples: [{ url: 'https://example.com/hooks', types: ['order.approved', 'trip.*'] }] });
export type CreateHook = z.infer<typeof CreateHook>;

/** The body of `PATCH /v1/hooks/{id}`. */
export const ChangeHook = z
  .strictObject({
    url: choices.url.optional(),
    types: choices.types.optional(),
    description: choices.description.nullable().optional(),
    state: z.enum(['enabled', 'paused']).optional().meta({
      description: 'Deliveries of a paused hook wait. A disabled hook that is enabled gets later events only: see recover',
    }),
    contentMode: choices.contentMode.optional(),
    ordered: choices.ordered.optional(),
    maxInFlight: choices.maxInFlight.optional(),
    ratePerSecond: choices.ratePerSecond.optional(),
    timeoutMs: choices.timeoutMs.optional(),
  })
  .refine((change) => Object.keys(change).length > 0, 'must change something')
  .meta({ id: 'ChangeHook', examples: [{ state: 'paused' }] });
export type ChangeHook = z.infer<typeof ChangeHook>;

const nullableTime = z.iso.datetime().nullable();

/** A hook as its owner sees it, without its secrets. */
export const Hook = z
  .object({
    hookId: z.string(),
    url: z.string(),
    description: z.string().nullable(),
    types: z.array(z.string()),
    versions: z.record(z.string(), z.int()).meta({
      description:
        'The version that each type is pinned to: the named one, else the newest at the time of its selection or first event. It stays until you name another, also after its sunset',
      examples: [{ 'order.approved': 2, 'trip.booked': 1 }],
    }),
    state: z.enum(hookStates).meta({ description: 'pending: nothing is sent until its URL has echoed a challenge (`verify`)' }),
    disabledReason: z
      .string()
      .nullable()
      .meta({ description: '`failing`: nothing succeeded for 5 days. `gone`: it answered 410' }),
    contentMode: z.enum(contentModes),
    ordered: z.boolean(),
    maxInFlight: z.int(),
    ratePerSecond: z.number().nullable(),
    timeoutMs: z.int(),
    health: z.object({
      lastSuccessAt: nullableTime,
      failingSince: nullableTime,
      failures: z.int().meta({ description: 'Attempts that failed since the last success' }),
      lastError: z.string().nullable(),
      breakerOpenUntil: nullableTime.meta({
        description: 'Nothing is sent until then, because the endpoint looked down; costs no attempts',
      }),
      throttledUntil: nullableTime.meta({
        description: 'Nothing is sent until then, because the endpoint answered 429 or with `Retry-After`; costs no attempts',
      }),
    }),
    version: z.int(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Hook' });
export type Hook = z.infer<typeof Hook>;

const secret = z.string().meta({ description: 'Only this answer shows it: `whsec_` and base64, as Standard Webhooks describes' });

export const HookCreated = Hook.extend({ secret }).meta({ id: 'HookCreated' });
export type HookCreated = z.infer<typeof HookCreated>;

/** The body of `POST /v1/hooks/{id}/rotate-secret`; it may be left out. */
export const RotateSecret = z
  .strictObject({
    expireAfterSeconds: z
      .int()
      .min(0)
      .max(30 * 86_400)
      .optional()
      .meta({ description: 'How long the old secrets also sign; default a day' }),
  })
  .meta({ id: 'RotateSecret' });
export type RotateSecret = z.infer<typeof RotateSecret>;

export const SecretRotated = z
  .object({ hookId: z.string(), secret, previousExpireAt: z.iso.datetime() })
  .meta({ id: 'SecretRotated' });
export type SecretRotated = z.infer<typeof SecretRotated>;

const Point = z
  .union([z.iso.datetime({ offset: true }), z.string().regex(/^\d{20}$/)])
  .meta({ description: 'A time (events recorded since), or the `sequence` of an event' });

/** The body of `POST /v1/hooks/{id}/recover`. */
export const RecoverHook = z
  .strictObject({
    since: Point.meta({
      description: 'A time (events recorded since), or the `sequence` of an event. Refused if the log has lost events since then',
    }),
    until: Point.optional().meta({ description: 'Default: now' }),
    types: z.array(EventTypePattern).min(1).max(100).optional().meta({ description: "Default: the hook's own" }),
    onlyMissing: z.boolean().optional().meta({
      description:
        'Whether to leave out deliveries that succeeded or are in progress; default true. Refused if deliveries since then are no longer kept',
    }),
  })
  .meta({ id: 'RecoverHook', examples: [{ since: '2027-05-01T00:00:00Z' }] });
export type RecoverHook = z.infer<typeof RecoverHook>;

export const Recovery = z
  .object({
    recoveryId: z.string(),
    hookId: z.string(),
    state: z.enum(['running', 'done', 'expired']).meta({
      description: 'expired: while it waited, the record of successful deliveries was removed; start another one',
    }),
    queued: z.int().meta({ description: 'Deliveries created so far' }),
    createdAt: z.iso.datetime(),
    finishedAt: nullableTime,
  })
  .meta({ id: 'Recovery' });
export type Recovery = z.infer<typeof Recovery>;

/** The delivery of one event to one hook. */
export const Delivery = z
  .object({
    deliveryId: z.string(),
    hookId: z.string(),
    eventId: z.string().meta({ description: 'The `webhook-id`, the same on every attempt. Read it by `GET /v1/events/{id}`' }),
    type: z.string(),
    sequence: z.string().nullable(),
    state: z.enum(deliveryStates),
    trigger: z.enum(deliveryTriggers),
    attemptCount: z.int(),
    nextAttemptAt: nullableTime,
    lastStatus: z.int().nullable(),
    lastError: z.string().nullable(),
    createdAt: z.iso.datetime(),
    finishedAt: nullableTime,
  })
  .meta({ id: 'Delivery' });
export type Delivery = z.infer<typeof Delivery>;

/** The query of the list of deliveries to a hook. */
export const DeliveryListQuery = z.strictObject({ state: z.enum(deliveryStates).optional(), ...pageQuery });
export type DeliveryListQuery = z.infer<typeof DeliveryListQuery>;

/** The body of `POST /v1/hooks/{id}/redeliver`. */
export const RedeliverDeliveries = z
  .strictObject({
    state: z.enum(['exhausted', 'cancelled', 'succeeded']).meta({
      description: '`exhausted` and `cancelled` leave out events that have been delivered since or are in progress',
    }),
    types: z
      .array(z.string().min(1).max(200))
      .min(1)
      .max(100)
      .optional()
      .meta({ description: 'Event types, such as `order.approved`; default all' }),
    createdFrom: z.iso.datetime({ offset: true }).optional().meta({ description: 'Deliveries created at this time or later' }),
    createdBefore: z.iso.datetime({ offset: true }).optional().meta({ description: 'Deliveries created before this time' }),
    after: z.string().min(1).max(500).optional().meta({ description: '`next` of the previous answer' }),
  })
  .meta({ id: 'RedeliverDeliveries', examples: [{ state: 'exhausted', createdFrom: '2027-05-01T00:00:00Z' }] });
export type RedeliverDeliveries = z.infer<typeof RedeliverDeliveries>;

export const Redelivered = z
  .object({
    queued: z.int().meta({ description: 'Deliveries that were queued' }),
    next: z.string().nullable().meta({
      description: 'Pass it as `after` to continue: one call reads 1,000 deliveries, newest first. Null if there are no more',
    }),
  })
  .meta({ id: 'Redelivered' });
export type Redelivered = z.infer<typeof Redelivered>;

/** One attempt: its request and answer. The body is cut at 16 KB, and headers hold no secret. */
const DeliveryAttempt = z
  .object({
    number: z.int(),
    startedAt: z.iso.datetime(),
    durationMs: z.int(),
    status: z.int().nullable(),
    error: z.string().nullable(),
    detail: z.string().nullable(),
    requestHeaders: z.record(z.string(), z.string()),
    responseHeaders: z.record(z.string(), z.string()).nullable(),
    responseBody: z.string().nullable(),
  })
  .meta({ id: 'DeliveryAttempt' });
export type DeliveryAttempt = z.infer<typeof DeliveryAttempt>;

export const DeliveryDetail = Delivery.extend({ attempts: z.array(DeliveryAttempt) }).meta({ id: 'DeliveryDetail' });
export type DeliveryDetail = z.infer<typeof DeliveryDetail>;
