import { CloudEvent, EVENT_TYPE_PREFIX } from '../../../contracts/cloud-event.js';
import type { EventCatalogue, EventType, EventVersion } from '../../../contracts/event-catalogue.js';
import type { LoggedEvent } from '../../../libs/messaging/logged-event.js';
import { dataSchema, eventSchema, type JsonSchema } from '../../../libs/messaging/event-schema.js';
import { offeredVersions } from '../../../libs/messaging/event-versions.js';
import { renderEvent } from '../../../libs/messaging/render-event.js';

const description = `Every change of state of every service is an event: a CloudEvent 1.0 with a schema of its own for each type and version.

They can be polled (\`GET /v1/events\`), streamed and read as a feed at the API's address, and are posted to webhooks. Each comes at least once: deduplicate by
\`occurrenceid\`. Whoever asks for no version of a type gets the newest.`;

/** AsyncAPI 3.0 of all versions of all events that can be had, a channel each. */
export function asyncApiDocument(catalogue: EventCatalogue, publicUrl: string): object {
  const { host, protocol, pathname } = new URL(publicUrl);
  const offered = [...catalogue.values()].flatMap((eventType) =>
    offeredVersions(eventType).map((version) => ({ name: `${eventType.type}.v${version.version}`, eventType, version })),
  );
  const services = [...new Set(offered.map(({ eventType }) => serviceOf(eventType)))];
  return {
    asyncapi: '3.0.0',
    id: 'urn:com:roundtrip:events',
    info: {
      title: 'Roundtrip events',
      version: '1',
      description,
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
      contact: { name: 'Roundtrip', url: publicUrl },
      tags: services.map((name) => ({ name, description: `Facts that the ${name} service states` })),
    },
    defaultContentType: 'application/cloudevents+json',
    servers: {
      api: {
        host,
        protocol: protocol.replace(':', ''),
        ...(pathname === '/' ? {} : { pathname }),
        description: 'Where events are polled, streamed and read as a feed',
      },
      webhook: {
        host: '{receiver}',
        protocol: 'https',
        description: 'Where a webhook is posted to',
        variables: {
          receiver: { description: 'The host of the URL that the webhook was made with', default: 'receiver.example' },
        },
      },
    },
    channels: Object.fromEntries(
      offered.map(({ name, version }) => [
        name,
        {
          address: `${EVENT_TYPE_PREFIX}${name}`,
          title: name,
          description: descriptionOf(version),
          messages: { event: { $ref: `#/components/messages/${name}` } },
        },
      ]),
    ),
    operations: Object.fromEntries(
      offered.map(({ name, eventType, version }) => [
        `send.${name}`,
        {
          action: 'send',
          channel: { $ref: `#/channels/${name}` },
          title: `Tell of ${name}`,
          summary: descriptionOf(version).split('\n')[0],
          tags: [{ name: serviceOf(eventType) }],
          messages: [{ $ref: `#/channels/${name}/messages/event` }],
          bindings: { http: { method: 'POST', bindingVersion: '0.3.0' } },
        },
      ]),
    ),
    components: {
      messages: Object.fromEntries(
        offered.map(({ name, eventType, version }) => [name, messageOf(name, eventType, version, catalogue)]),
      ),
      schemas: {
        CloudEvent: envelopeSchema(),
        ...Object.fromEntries(offered.map(({ name, eventType, version }) => [name, bare(eventSchema(eventType.type, version))])),
      },
    },
  };
}

const serviceOf = ({ type }: EventType): string => type.slice(0, type.indexOf('.'));

function descriptionOf({ schema, deprecation }: EventVersion): string {
  const text = schema.description ?? '';
  return deprecation
    ? `${text}\n\nDeprecated since ${deprecation.from}, may end from ${deprecation.sunset} on. ${deprecation.migration}`
    : text;
}

function messageOf(name: string, eventType: EventType, version: EventVersion, catalogue: EventCatalogue): object {
  const { examples = [] } = eventSchema(eventType.type, version) as { examples?: unknown[] };
  return {
    name: `${EVENT_TYPE_PREFIX}${name}`,
    title: name,
    summary: descriptionOf(version).split('\n')[0],
    contentType: 'application/cloudevents+json',
    tags: [{ name: serviceOf(eventType) }, ...(version.deprecation ? [{ name: 'deprecated' }] : [])],
    bindings: { http: { bindingVersion: '0.3.0' } },
    payload: {
      allOf: [
        { $ref: '#/components/schemas/CloudEvent' },
        {
          type: 'object',
          properties: { type: { const: `${EVENT_TYPE_PREFIX}${name}` }, data: { $ref: `#/components/schemas/${name}` } },
        },
      ],
    },
    examples: examples.map((data, index) => ({
      name: `${name}.${index + 1}`,
      payload: renderEvent(exampleOf(eventType.type, version.version, data), version.version, catalogue),
    })),
  };
}

/** An event with this data as it would stand in the log. */
function exampleOf(type: string, typeVersion: number, data: unknown): LoggedEvent {
  const [service] = type.split('.') as [string];
  const aggregateId = Object.values(data as object).find((value): value is string => typeof value === 'string') ?? service;
  return {
    position: 42,
    eventId: '019a0000-0000-7000-8000-000000000042',
    service,
    type,
    typeVersion,
    aggregateType: service,
    aggregateId,
    aggregateVersion: 2,
    subject: aggregateId,
    occurredAt: new Date('2026-11-21T12:00:00.000Z'),
    recordedAt: new Date('2026-11-21T12:00:00.120Z'),
    correlationId: null,
    causationId: null,
    traceparent: null,
    tracestate: null,
    data: JSON.stringify(data),
  };
}

const envelopeSchema = (): JsonSchema => ({ title: 'CloudEvent', ...bare(dataSchema(CloudEvent)) });

/** Without what says where a schema is: in the document it is somewhere else. */
function bare({ $schema: _schema, $id: _id, ...schema }: JsonSchema): JsonSchema {
  return schema;
}
