import { z } from 'zod';

const EventTypeVersion = z
  .object({
    version: z.int().min(1),
    name: z
      .string()
      .meta({ description: 'What an event of this version has as its `type`', examples: ['com.roundtrip.order.approved.v2'] }),
    status: z.enum(['active', 'deprecated', 'sunset']).meta({
      description:
        'active: the newest. deprecated: can be had by who asks for it. sunset: cannot be asked for any more; hooks that are pinned to it keep it.',
    }),
    description: z.string(),
    schema: z.string().meta({ description: 'Where the JSON Schema of its data is' }),
    sample: z.unknown().meta({ description: 'Data of such an event' }),
    deprecatedFrom: z.iso.datetime().optional(),
    sunset: z.iso.datetime().optional().meta({ description: 'From when it may not be asked for any more' }),
    pinnedHooks: z
      .int()
      .optional()
      .meta({ description: 'How many hooks are pinned to this version, of one that ends; absent while that cannot be asked' }),
    migration: z.string().optional().meta({ description: 'How to move to the next version' }),
  })
  .meta({ id: 'EventTypeVersion' });

/** A type of event in all its versions, oldest first. */
export const EventTypeResource = z
  .object({
    type: z.string().meta({ description: 'Without prefix and version, as it is selected by', examples: ['order.approved'] }),
    newest: z.int().meta({ description: 'The version that one gets who asks for none' }),
    versions: z.array(EventTypeVersion),
  })
  .meta({ id: 'EventType' });
export type EventTypeResource = z.infer<typeof EventTypeResource>;

/** By type and version how many hooks are pinned to it. */
export type VersionPinCounts = Record<string, Record<number, number>>;
