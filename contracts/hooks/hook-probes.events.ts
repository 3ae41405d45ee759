import { z } from 'zod';

const hookId = '0198b0a5-6c3d-7000-8000-000000000001';

/**
 * Tests and challenges, which are sent to one hook only. They have the form of an event, so they test the whole delivery. They are not in
 * the log, so no other hook gets them or can subscribe to them.
 */
export const hookProbes = {
  'hooks.endpoint.tested.v1': z.object({ hookId: z.string(), message: z.string() }).meta({
    description: 'A test of the delivery to this hook; nothing has happened.',
    examples: [{ hookId, message: 'A test of the delivery; nothing has happened.' }],
  }),
  'hooks.endpoint.verify.v1': z
    .object({ hookId: z.string(), challenge: z.string().meta({ description: 'Return it in the body of the answer' }) })
    .meta({
      description: 'A hook must prove its URL by answering with the challenge.',
      examples: [{ hookId, challenge: 'bWF5IEkgc2VuZCB5b3UgZXZlbnRzPw' }],
    }),
} as const;
