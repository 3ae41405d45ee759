import { z } from 'zod';
import { PlainText } from '../values/plain-text.js';

export const hookStates = ['pending', 'enabled', 'paused', 'disabled'] as const;
export const deliveryStates = ['pending', 'sending', 'retrying', 'held', 'succeeded', 'exhausted', 'cancelled'] as const;
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

/** What a subscriber may choose; each has a default. */
const choices = {
  url: PlainText.max(2_000).min(1).meta({
    description:
      'Public HTTPS. Loopback over HTTP only where HOOKS_ALLOW_PRIVATE=true. Another one of a hook that was made with `verify` has to echo a challenge first',
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
  ordered: z.boolean().meta({ description: 'Whether the events of one aggregate arrive in their order; default true' }),
  maxInFlight: z.int().min(1).max(100).meta({ description: 'Requests at once; default 10' }),
  ratePerSecond: z
    .number()
    .min(0.01)
    .max(1_000)
    .nullable()
    .meta({ description: 'Requests a second at the most; default no limit' }),
  timeoutMs: z.int().min(100).max(30_000).meta({ description: 'How long an answer may take; default 15000' }),
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
      .meta({ description: 'Enable it only after it has echoed a challenge; default false: enabled at once' }),
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
      description:
        'While paused, deliveries are kept and wait. Enabling a disabled hook starts with events from now on: see recover',
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

/** An endpoint as its owner sees it; never its secret. */
export const Hook = z
  .object({
    hookId: z.string(),
    url: z.string(),
    description: z.string().nullable(),
    types: z.array(z.string()),
    versions: z.record(z.string(), z.int()).meta({
      description:
        'The version that each type is pinned to: the one that was named, else the newest of when it was selected or first came. It stays until another is named, also after its sunset',
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
      breakerOpenUntil: nullableTime.meta({ description: 'Nothing is sent until then, as it looked down; costs no attempts' }),
      throttledUntil: nullableTime.meta({
        description: 'Nothing is sent until then, as it answered 429 or with `Retry-After`; costs no attempts',
      }),
    }),
    version: z.int(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Hook' });
export type Hook = z.infer<typeof Hook>;

const secret = z.string().meta({ description: 'Shown this once: `whsec_` and base64, as Standard Webhooks has it' });

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
      .meta({ description: 'How long the secrets before go on signing beside the new one; default a day' }),
  })
  .meta({ id: 'RotateSecret' });
export type RotateSecret = z.infer<typeof RotateSecret>;

export const SecretRotated = z
  .object({ hookId: z.string(), secret, previousExpireAt: z.iso.datetime() })
  .meta({ id: 'SecretRotated' });
export type SecretRotated = z.infer<typeof SecretRotated>;

const Point = z
  .union([z.iso.datetime({ offset: true }), z.string().regex(/^\d{20}$/)])
  .meta({ description: 'An instant (by when events were recorded), or the `sequence` of an event' });

/** The body of `POST /v1/hooks/{id}/recover`. */
export const RecoverHook = z
  .strictObject({
    since: Point,
    until: Point.optional().meta({ description: 'Default: now' }),
    types: z.array(EventTypePattern).min(1).max(100).optional().meta({ description: "Default: the hook's own" }),
    onlyMissing: z.boolean().optional().meta({
      description:
        'Leave out what has been delivered or is still under way; default true. Refused where deliveries since then are not kept any more',
    }),
  })
  .meta({ id: 'RecoverHook', examples: [{ since: '2027-05-01T00:00:00Z' }] });
export type RecoverHook = z.infer<typeof RecoverHook>;

export const Recovery = z
  .object({
    recoveryId: z.string(),
    hookId: z.string(),
    state: z.enum(['running', 'done', 'expired']).meta({
      description: 'expired: while it waited, deliveries were removed that say what succeeded; begin another one',
    }),
    queued: z.int().meta({ description: 'Deliveries that it has made so far' }),
    createdAt: z.iso.datetime(),
    finishedAt: nullableTime,
  })
  .meta({ id: 'Recovery' });
export type Recovery = z.infer<typeof Recovery>;

/** One event on its way to one endpoint. */
export const Delivery = z
  .object({
    deliveryId: z.string(),
    hookId: z.string(),
    eventId: z.string().meta({ description: 'The `webhook-id`, the same on every attempt; `GET /v1/events/{id}` knows it' }),
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

/** The body of `POST /v1/hooks/{id}/deliveries/redeliver`. */
export const RedeliverDeliveries = z
  .strictObject({
    state: z.enum(['exhausted', 'cancelled', 'succeeded']).meta({
      description: 'Of `exhausted` and `cancelled`, events are left out that have been delivered meanwhile or are under way',
    }),
    types: z
      .array(z.string().min(1).max(200))
      .min(1)
      .max(100)
      .optional()
      .meta({ description: 'Of events, as `order.approved`; default all' }),
    createdFrom: z.iso.datetime({ offset: true }).optional().meta({ description: 'Deliveries that were made then or later' }),
    createdBefore: z.iso.datetime({ offset: true }).optional().meta({ description: 'Deliveries that were made before' }),
    after: z.string().min(1).max(500).optional().meta({ description: '`next` of the answer before' }),
  })
  .meta({ id: 'RedeliverDeliveries', examples: [{ state: 'exhausted', createdFrom: '2027-05-01T00:00:00Z' }] });
export type RedeliverDeliveries = z.infer<typeof RedeliverDeliveries>;

export const Redelivered = z
  .object({
    queued: z.int().meta({ description: 'Deliveries that were queued' }),
    next: z.string().nullable().meta({
      description: 'Pass it as `after` to go on: one call looks at 1,000 deliveries, newest first. Null when there are no more',
    }),
  })
  .meta({ id: 'Redelivered' });
export type Redelivered = z.infer<typeof Redelivered>;

/** What one attempt said and heard; the body is cut at 16 KB, headers hold no secret. */
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
