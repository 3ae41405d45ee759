import { Controller, Get, type INestApplication, Redirect } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { z } from 'zod';
import { Problem } from '../../../contracts/values/problem.js';

const description = `Business transactions that cross services. Every transaction either completes or is fully compensated.

- A command that starts a saga answers **202** at once with a PENDING resource. Its \`Location\` can be read from that moment.
- Repeat a command with the same \`Idempotency-Key\`.
- Errors are [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) problem documents with a stable \`code\`.
- Money is in integer minor units.
- Lists are paged by \`limit\` and the opaque cursor \`after\`.
- A wrong method is a 405 that lists the methods of the path in \`Allow\`. OPTIONS answers 204 with the same list.
- While no API key is required, a foreign \`Host\` or \`Origin\` is a 403.`;

/** The OpenAPI document, generated from the routes and schemas. */
function openApiDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Roundtrip')
    .setDescription(description)
    .setVersion('1')
    .addTag('orders', 'Orders that need credit')
    .addTag('products', 'Products that can be ordered')
    .addTag('customers', 'Customers and their credit')
    .addTag('trips', 'Trips whose parts are booked together or not at all')
    .addTag('inventory', 'Hotels, flights, cars and trains with free capacity')
    .addTag('reservations', 'What the participants hold for trips')
    .addTag('payments', 'Payments for trips and orders')
    .addTag('sagas', 'Sagas: what runs, what waits, and how to repair it')
    .addTag('events', 'The event log, by polling, as a feed or as a stream')
    .addTag('event-types', 'Event types and their versions')
    .addTag('operations', 'Read models and dead events, for operators')
    .addTag('hooks', 'Webhooks, signed as Standard Webhooks describes')
    .addTag('faults', 'Faults on demand, for experiments')
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'API key',
      description: 'An API key. Required unless the API listens on loopback only.',
    })
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: operationIdOf,
    standardSchemaConverter: openApiSchema,
  });
  // Health, metrics and documents are for tools, so they are left out. A decorator for that would load this library into every
  // service.
  document.paths = Object.fromEntries(Object.entries(document.paths).filter(([path]) => path.startsWith('/v1/')));
  document.components ??= {};
  document.components.schemas = {
    ...document.components.schemas,
    ...openApiSchema(Problem, { schemaType: 'output' })?.components,
  };
  return document;
}

/** `/openapi.json` and, for people, `/docs`. */
export function serveOpenApi(app: INestApplication): void {
  SwaggerModule.setup('docs', app, () => openApiDocument(app), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'Roundtrip API',
  });
}

/** `OrdersController.list` becomes `ordersList`: a unique name for the function of a generated client. */
function operationIdOf(controller: string, method: string): string {
  const resource = controller.replace(/Controller$/, '');
  return `${resource.charAt(0).toLowerCase()}${resource.slice(1)}${method.charAt(0).toUpperCase()}${method.slice(1)}`;
}

/** Redirects the root to the documentation. */
@Controller()
export class DocsController {
  @Get()
  @Redirect('/docs', 302)
  root(): void {}
}

type JsonSchema = Record<string, unknown>;

/** Converts a Zod schema to OpenAPI 3.0, with the named schemas that it uses; undefined for anything else. */
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
      // Answers may get more fields later, so only strict objects are closed.
      if (zodSchema instanceof z.ZodObject && zodSchema.def.catchall === undefined) delete jsonSchema.additionalProperties;
      // The format is enough without the 300 characters of its regular expression.
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
    },
  });
  return { schema: own, components: definitions as Record<string, JsonSchema> };
}
