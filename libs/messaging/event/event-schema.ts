import { z } from 'zod';
import type { EventVersion } from '../../../contracts/event-catalogue.js';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** The address of the schema of a version, relative to the API. */
export const eventSchemaPath = (type: string, version: number): string => `${eventTypePath(type)}/v${version}`;

/** The address of the documentation of a type: its versions and how to migrate between them. */
export const eventTypePath = (type: string): string => `/v1/event-types/${type}`;

/**
 * The JSON Schema (draft 7) of the data of an event, complete in itself: without `$ref`, so that it can stand in any other document. It
 * is open everywhere, as a version may get more fields; `x-deprecation` has the end of a deprecated version.
 */
export function eventSchema(type: string, { version, schema, deprecation }: EventVersion): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: eventSchemaPath(type, version),
    title: `${type}.v${version}`,
    ...dataSchema(schema),
    ...(deprecation && { deprecated: true, 'x-deprecation': deprecation }),
  };
}

/** The schema of what a zod schema gives out, with the schemas that it names put in their places. */
export function dataSchema(schema: z.ZodType): JsonSchema {
  const {
    $schema: _,
    definitions = {},
    ...own
  } = z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'output',
    override: ({ jsonSchema }) => {
      delete jsonSchema.additionalProperties;
      // The format says it better than the 300 characters of its regular expression.
      if (jsonSchema.format) delete jsonSchema.pattern;
    },
  });
  return inlined(own, definitions as Record<string, unknown>) as JsonSchema;
}

function inlined(node: unknown, definitions: Record<string, unknown>): unknown {
  if (Array.isArray(node)) return node.map((item) => inlined(item, definitions));
  if (typeof node !== 'object' || node === null) return node;
  const { $ref, allOf, ...rest } = node as { $ref?: string; allOf?: { $ref?: string }[] };
  // zod writes a named schema as `$ref`, or as the only member of `allOf` if it has a description of its own.
  const name = ($ref ?? (allOf?.length === 1 ? allOf[0]?.$ref : undefined))?.replace('#/definitions/', '');
  if (name !== undefined) return inlined({ ...(definitions[name] as object), ...rest }, definitions);
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, inlined(value, definitions)]));
}
