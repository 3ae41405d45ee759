import { z } from 'zod';

const about = {
  hookId: z.string(),
  origin: z.string().meta({ description: "Of the endpoint's URL; the rest may hold what is secret" }),
};
const failing = {
  ...about,
  failingSince: z.iso.datetime().nullable(),
  lastError: z.string().nullable(),
};

/** What the hooks service says about its endpoints. They are never delivered to the endpoint that they speak about. */
export const hooksEvents = {
  /** Nothing has succeeded for a part of the time after which an endpoint is disabled. */
  'hooks.endpoint.warned.v1': z.object({ ...failing, percent: z.int(), disabledAt: z.iso.datetime() }),
  'hooks.endpoint.disabled.v1': z.object({ ...failing, reason: z.enum(['failing', 'gone']) }),
  /** A delivery was given up; at most one an hour for each endpoint, however many there were. */
  'hooks.endpoint.exhausted.v1': z.object({ ...failing, deliveryId: z.string(), eventType: z.string() }),
  /** A delivery succeeded again after an event that said the contrary. */
  'hooks.endpoint.recovered.v1': z.object(about),
} as const;

export type HooksEventType = keyof typeof hooksEvents;
export type HooksEventData<Type extends HooksEventType> = z.infer<(typeof hooksEvents)[Type]>;
