import { z } from 'zod';

type JsonSchema = Record<string, unknown>;

/** A schema in the words of OpenAPI 3.0, with the named schemas that it uses; undefined for what is no schema of ours. */
export function openApiSchema(
  schema: unknown,
  { schemaType }: { schemaType: 'input' | 'output' },
): { schema: JsonSchema; components: Record<string, JsonSchema> } | undefined {
  if (!(schema instanceof z.ZodType)) return undefined;
  const {
    $schema: _,
    definitions = {},
    ...own
  } = z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io: schemaType,
    override: ({ zodSchema, jsonSchema }) => {
      // Answers may get more fields one day: only what we refuse (a strict object) is closed.
      if (zodSchema instanceof z.ZodObject && zodSchema.def.catchall === undefined) delete jsonSchema.additionalProperties;
      // The format says it better than the 300 characters of its regular expression.
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
    },
  });
  return { schema: own, components: definitions as Record<string, JsonSchema> };
}
