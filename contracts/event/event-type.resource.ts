import { z } from 'zod';

const EventTypeVersion = z
  .object({
    version: z.int().min(1),
    name: z
      .string()
      .meta({ description: 'The `type` attribute of events of this version', examples: ['com.roundtrip.order.approved.v2'] }),
    status: z.enum(['active', 'deprecated', 'sunset']).meta({
      description:
        'active: the newest. deprecated: available on request. sunset: no longer available on request; hooks that are pinned to it keep it.',
    }),
    description: z.string(),
    schema: z.string().meta({ description: 'Address of the JSON Schema of its data' }),
    sample: z.unknown().meta({ description: 'Sample data of such an event' }),
    deprecatedFrom: z.iso.datetime().optional(),
    sunset: z.iso.datetime().optional().meta({ description: 'From when it may no longer be requested' }),
    pinnedHooks: z.int().optional().meta({
      description: 'For a version that ends: how many hooks are pinned to it. Absent if the hooks service does not answer',
    }),
    migration: z.string().optional().meta({ description: 'How to move to the next version' }),
  })
  .meta({ id: 'EventTypeVersion' });

/** A type of event in all its versions, oldest first. */
export const EventTypeResource = z
  .object({
    type: z
      .string()
      .meta({ description: 'The type without prefix and version, as filters use it', examples: ['order.approved'] }),
    newest: z.int().meta({ description: 'The version that a reader gets who names none' }),
    versions: z.array(EventTypeVersion),
  })
  .meta({ id: 'EventType' });
export type EventTypeResource = z.infer<typeof EventTypeResource>;

/** The number of hooks that are pinned to each version, by type and version. */
export type VersionPinCounts = Record<string, Record<number, number>>;
