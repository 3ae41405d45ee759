import { z } from 'zod';

const about = {
  hookId: z.string(),
  origin: z.string().meta({ description: "The origin of the endpoint's URL; the rest may contain secrets" }),
};
const failing = {
  ...about,
  failingSince: z.iso.datetime().nullable(),
  lastError: z.string().nullable(),
};

const sample = { hookId: '0198b0a5-6c3d-7000-8000-000000000001', origin: 'https://receiver.example' };
const sampleFailing = { ...sample, failingSince: '2027-02-01T09:00:00.000Z', lastError: 'The receiver answered 500.' };

/** The facts about endpoints. They are never delivered to the endpoint that they are about. */
export const hooksEvents = {
  'hooks.endpoint.warned.v1': z.object({ ...failing, percent: z.int(), disabledAt: z.iso.datetime() }).meta({
    description: 'Nothing has succeeded for a part of the time that disables the endpoint.',
    examples: [{ ...sampleFailing, percent: 50, disabledAt: '2027-02-06T09:00:00.000Z' }],
  }),
  'hooks.endpoint.disabled.v1': z.object({ ...failing, reason: z.enum(['failing', 'gone']) }).meta({
    description: 'The endpoint was disabled: it has failed for too long, or answered 410 (gone).',
    examples: [{ ...sampleFailing, reason: 'failing' }],
  }),
  'hooks.endpoint.exhausted.v1': z.object({ ...failing, deliveryId: z.string(), eventType: z.string() }).meta({
    description: 'A delivery was given up; published at most once an hour for each endpoint.',
    examples: [{ ...sampleFailing, deliveryId: '0198b0a5-6c3d-7000-8000-000000000002', eventType: 'order.approved' }],
  }),
  'hooks.endpoint.recovered.v1': z.object(about).meta({
    description: 'A delivery succeeded again after a published failure.',
    examples: [sample],
  }),
} as const;

export type HooksEventType = keyof typeof hooksEvents;
export type HooksEventData<Type extends HooksEventType> = z.infer<(typeof hooksEvents)[Type]>;
