import { z } from 'zod';

/** The prefix of every published event type. Prose and subscriptions use the short form, without the prefix and the version. */
const PREFIX = 'com.roundtrip.';

/** The `type` of a CloudEvent, from the event type and its version. */
export const cloudEventType = (type: string, version: number): string => `${PREFIX}${type}.v${version}`;

/** The inverse of `cloudEventType`; undefined for a type of another system. */
export function parseCloudEventType(outside: string): { type: string; version: number } | undefined {
  const [, type, version] = (outside.startsWith(PREFIX) && /^(.+)\.v(\d+)$/.exec(outside.slice(PREFIX.length))) || [];
  return type === undefined ? undefined : { type, version: Number(version) };
}

/** A published event: CloudEvents 1.0 with our extension attributes, in structured mode. */
export const CloudEvent = z
  .object({
    specversion: z.literal('1.0'),
    id: z.string().meta({ description: 'Id of the occurrence in one version. The same in every feed and on every retry' }),
    source: z.string().meta({ description: '`/services/<service>`' }),
    type: z.string().meta({ description: '`com.roundtrip.<service>.<past-tense>.v<N>`' }),
    subject: z.string().meta({ description: "The aggregate's id" }),
    time: z.iso.datetime(),
    recordedtime: z.iso.datetime(),
    datacontenttype: z.literal('application/json'),
    dataschema: z.url().meta({ description: 'The JSON Schema of `data`' }),
    sequence: z
      .string()
      .regex(/^\d{20}$/)
      .meta({ description: 'Position in the one log, zero-padded: also the cursor' }),
    partitionkey: z.string(),
    occurrenceid: z.uuid().meta({ description: 'One per event, whatever version it is rendered in: deduplicate by it' }),
    aggregateversion: z.int().min(1),
    correlationid: z.string().optional(),
    causationid: z.string().optional(),
    traceparent: z.string().optional(),
    tracestate: z.string().optional(),
    deprecated: z.boolean().optional().meta({ description: 'This version has a successor' }),
    deprecationfrom: z.iso.datetime().optional(),
    deprecationsunset: z.iso.datetime().optional().meta({ description: 'From when this version may no longer be rendered' }),
    deprecationmigration: z.url().optional().meta({ description: 'Instructions for moving to the next version' }),
    data: z.unknown(),
  })
  .meta({ title: 'CloudEvent' });
export type CloudEvent = z.infer<typeof CloudEvent>;
