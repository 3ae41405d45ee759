import { CloudEvent, cloudEventType } from '../../../contracts/cloud-event.js';
import type { EventCatalogue, EventType, EventVersion } from '../../../contracts/event-catalogue.js';
import {
  KAFKA_ATTRIBUTE_PREFIX,
  KAFKA_PARTITIONS,
  KAFKA_TOPIC,
  NATS_ATTRIBUTE_PREFIX,
  NATS_PARTITIONS,
  NATS_SUBJECTS,
} from '../../../libs/messaging/channel/broker-addresses.js';
import { toAttributes } from '../../../libs/messaging/channel/event-attributes.js';
import type { LoggedEvent } from '../../../libs/messaging/logged-event.js';
import { dataSchema, eventSchema, type JsonSchema } from '../../../libs/messaging/event-schema.js';
import { offeredVersions } from '../../../libs/messaging/event-versions.js';
import { renderEvent } from '../../../libs/messaging/render-event.js';

const description = `Every change of state of every service is an event: a CloudEvent 1.0 with a schema of its own for each type and version.

At the API's address they can be polled (\`GET /v1/events\`), streamed and read as a feed, and they are posted to webhooks. Each comes at least once: deduplicate by
\`occurrenceid\`. Whoever asks for no version of a type gets the newest.

Inside, where NATS or Kafka is the channel, an event stands there once, in the version that its service wrote: its attributes as headers, its data as the message.`;

/** AsyncAPI 3.0 of all versions of all events that can be had, a channel each. */
export function asyncApiDocument(catalogue: EventCatalogue, publicUrl: string): object {
  const { host, protocol, pathname } = new URL(publicUrl);
  const offered = [...catalogue.values()].flatMap((eventType) =>
    offeredVersions(eventType).map((version) => ({ name: `${eventType.type}.v${version.version}`, eventType, version })),
  );
  // What stands in no log is posted and nothing else.
  const logged = offered.filter(({ eventType }) => !eventType.unlogged);
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
      ...brokerServers,
    },
    channels: Object.fromEntries([
      ...offered.map(({ name, eventType, version }) => [
        name,
        {
          servers: [...(eventType.unlogged ? [] : [{ $ref: '#/servers/api' }]), { $ref: '#/servers/webhook' }],
          address: cloudEventType(eventType.type, version.version),
          title: name,
          description: descriptionOf(version),
          messages: { event: { $ref: `#/components/messages/${name}` } },
        },
      ]),
      ...logged.map(({ name, version }) => [`nats.${name}`, natsChannel(name, descriptionOf(version))]),
      ['kafka', kafkaChannel(logged.map(({ name }) => name))],
    ]),
    operations: Object.fromEntries([
      ...offered.map(({ name, eventType, version }) => [
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
      ...logged.map(({ name, eventType }) => [
        `send.nats.${name}`,
        {
          action: 'send',
          channel: { $ref: `#/channels/nats.${name}` },
          title: `Publish ${name} to NATS`,
          tags: [{ name: serviceOf(eventType) }],
        },
      ]),
      [
        'send.kafka',
        {
          action: 'send',
          channel: { $ref: '#/channels/kafka' },
          title: 'Publish to Kafka',
          tags: services.map((name) => ({ name })),
        },
      ],
    ]),
    components: {
      messages: Object.fromEntries(
        offered.flatMap(({ name, eventType, version }) => [
          [name, messageOf(name, eventType, version, catalogue)],
          ...(eventType.unlogged
            ? []
            : [
                [`nats.${name}`, binaryMessageOf(name, eventType, version, NATS_ATTRIBUTE_PREFIX)],
                [`kafka.${name}`, binaryMessageOf(name, eventType, version, KAFKA_ATTRIBUTE_PREFIX)],
              ]),
        ]),
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
    name: cloudEventType(eventType.type, version.version),
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
          properties: {
            type: { const: cloudEventType(eventType.type, version.version) },
            data: { $ref: `#/components/schemas/${name}` },
          },
        },
      ],
    },
    examples: examples.map((data, index) => ({
      name: `${name}.${index + 1}`,
      payload: renderEvent(exampleOf(eventType.type, version.version, data), version.version, catalogue),
    })),
  };
}

const brokerServers = {
  nats: {
    host: '{broker}',
    protocol: 'nats',
    description: 'NATS JetStream, inside, where EVENT_CHANNEL=nats',
    variables: { broker: { description: 'The server of NATS_URL', default: 'nats.example:4222' } },
  },
  kafka: {
    host: '{broker}',
    protocol: 'kafka',
    description: 'Kafka, inside, where EVENT_CHANNEL=kafka',
    variables: { broker: { description: 'One of KAFKA_BROKERS', default: 'kafka.example:9092' } },
    bindings: { kafka: { bindingVersion: '0.5.0' } },
  },
};

const natsChannel = (name: string, description: string): object => ({
  address: `${NATS_SUBJECTS}.{partition}.${name}`,
  title: `${name} at NATS`,
  description,
  servers: [{ $ref: '#/servers/nats' }],
  parameters: { partition: { description: `By hash of the partition key, 0 to ${NATS_PARTITIONS - 1}` } },
  messages: { event: { $ref: `#/components/messages/nats.${name}` } },
});

const kafkaChannel = (names: readonly string[]): object => ({
  address: KAFKA_TOPIC,
  title: 'All events at Kafka',
  description: 'Events of a partition key are in one partition, in order.',
  servers: [{ $ref: '#/servers/kafka' }],
  messages: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/messages/kafka.${name}` }])),
  bindings: { kafka: { topic: KAFKA_TOPIC, partitions: KAFKA_PARTITIONS, bindingVersion: '0.5.0' } },
});

/** The message of a broker: attributes in the headers, the data alone as payload. */
function binaryMessageOf(name: string, eventType: EventType, version: EventVersion, prefix: string): object {
  const { examples = [] } = eventSchema(eventType.type, version) as { examples?: unknown[] };
  const headersOf = (data: unknown) =>
    Object.fromEntries(
      Object.entries(toAttributes(exampleOf(eventType.type, version.version, data))).map(([attribute, value]) => [
        prefix + attribute,
        value,
      ]),
    );
  return {
    name: cloudEventType(eventType.type, version.version),
    title: name,
    summary: descriptionOf(version).split('\n')[0],
    contentType: 'application/json',
    tags: [{ name: serviceOf(eventType) }],
    headers: {
      type: 'object',
      required: Object.keys(headersOf(examples[0] ?? {})),
      properties: { [`${prefix}type`]: { type: 'string', const: cloudEventType(eventType.type, version.version) } },
      additionalProperties: { type: 'string' },
    },
    ...(prefix === KAFKA_ATTRIBUTE_PREFIX && {
      bindings: { kafka: { key: { type: 'string', description: 'The partition key' }, bindingVersion: '0.5.0' } },
    }),
    payload: { $ref: `#/components/schemas/${name}` },
    examples: examples.map((data, index) => ({ name: `${name}.${index + 1}`, headers: headersOf(data), payload: data })),
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
