import type { EventCatalogue } from '../../../../contracts/event-catalogue.js';
import {
  KAFKA_ATTRIBUTE_PREFIX,
  KAFKA_PARTITIONS,
  KAFKA_TOPIC,
  NATS_ATTRIBUTE_PREFIX,
  NATS_PARTITIONS,
  NATS_SUBJECTS,
} from '../../../../libs/messaging/channel/broker-addresses.js';
import { toAttributes } from '../../../../libs/messaging/channel/event-attributes.js';
import { renderEvent } from '../../../../libs/messaging/event/render-event.js';
import { loggedExample, type OfferedEvent } from './offered-event.js';

type NamedEntry = readonly [name: string, value: object];

/** The part of the AsyncAPI document for one transport. */
interface AsyncApiTransport {
  servers: Record<string, object>;
  channels: readonly NamedEntry[];
  operations: readonly NamedEntry[];
  /** The messages of the events in this transport. */
  messages: readonly NamedEntry[];
}

/** The feeds of the API, and webhooks: structured CloudEvents, rendered in the requested version. */
export function httpTransport(events: readonly OfferedEvent[], catalogue: EventCatalogue, publicUrl: string): AsyncApiTransport {
  return {
    servers: httpServers(publicUrl),
    channels: events.map(httpChannel),
    operations: events.map(httpOperation),
    messages: events.map((event) => [event.name, httpMessage(event, catalogue)]),
  };
}

function httpServers(publicUrl: string): Record<string, object> {
  const { host, protocol, pathname } = new URL(publicUrl);
  return {
    api: {
      host,
      protocol: protocol.replace(':', ''),
      ...(pathname === '/' ? {} : { pathname }),
      description: 'The API: events by polling, stream and feed',
    },
    webhook: {
      host: '{receiver}',
      protocol: 'https',
      description: 'The receiver of a webhook',
      variables: {
        receiver: { description: 'The host of the URL of the webhook', default: 'receiver.example' },
      },
    },
  };
}

const httpChannel = ({ name, cloudType, description, eventType }: OfferedEvent): NamedEntry => [
  name,
  {
    servers: [...(eventType.unlogged ? [] : [{ $ref: '#/servers/api' }]), { $ref: '#/servers/webhook' }],
    address: cloudType,
    title: name,
    description,
    messages: { event: { $ref: `#/components/messages/${name}` } },
  },
];

const httpOperation = ({ name, service, description }: OfferedEvent): NamedEntry => [
  `send.${name}`,
  {
    action: 'send',
    channel: { $ref: `#/channels/${name}` },
    title: `Publish ${name}`,
    summary: description.split('\n')[0],
    tags: [{ name: service }],
    messages: [{ $ref: `#/channels/${name}/messages/event` }],
    bindings: { http: { method: 'POST', bindingVersion: '0.3.0' } },
  },
];

function httpMessage(event: OfferedEvent, catalogue: EventCatalogue): object {
  const { name, cloudType, service, description, examples, version } = event;
  return {
    name: cloudType,
    title: name,
    summary: description.split('\n')[0],
    contentType: 'application/cloudevents+json',
    tags: [{ name: service }, ...(version.deprecation ? [{ name: 'deprecated' }] : [])],
    bindings: { http: { bindingVersion: '0.3.0' } },
    payload: {
      allOf: [
        { $ref: '#/components/schemas/CloudEvent' },
        {
          type: 'object',
          properties: { type: { const: cloudType }, data: { $ref: `#/components/schemas/${name}` } },
        },
      ],
    },
    examples: examples.map((data, index) => ({
      name: `${name}.${index + 1}`,
      payload: renderEvent(loggedExample(event, data), version.version, catalogue),
    })),
  };
}

/** Kafka, if it is the channel: one topic for all events. */
export const kafkaTransport = (events: readonly OfferedEvent[]): AsyncApiTransport => ({
  servers: {
    kafka: {
      host: '{broker}',
      protocol: 'kafka',
      description: 'The internal Kafka, if EVENT_CHANNEL=kafka',
      variables: { broker: { description: 'One of KAFKA_BROKERS', default: 'kafka.example:9092' } },
      bindings: { kafka: { bindingVersion: '0.5.0' } },
    },
  },
  channels: [kafkaChannel(events)],
  operations: [kafkaOperation(events)],
  messages: events.map((event) => [`kafka.${event.name}`, headerMessage(event, KAFKA_ATTRIBUTE_PREFIX, kafkaKeyBinding)]),
});

const kafkaKeyBinding = { kafka: { key: { type: 'string', description: 'The partition key' }, bindingVersion: '0.5.0' } };

const kafkaChannel = (events: readonly OfferedEvent[]): NamedEntry => [
  'kafka',
  {
    address: KAFKA_TOPIC,
    title: 'All events at Kafka',
    description: 'The events of a partition key are in one partition, in order.',
    servers: [{ $ref: '#/servers/kafka' }],
    messages: Object.fromEntries(events.map(({ name }) => [name, { $ref: `#/components/messages/kafka.${name}` }])),
    bindings: { kafka: { topic: KAFKA_TOPIC, partitions: KAFKA_PARTITIONS, bindingVersion: '0.5.0' } },
  },
];

const kafkaOperation = (events: readonly OfferedEvent[]): NamedEntry => [
  'send.kafka',
  {
    action: 'send',
    channel: { $ref: '#/channels/kafka' },
    title: 'Publish to Kafka',
    tags: [...new Set(events.map(({ service }) => service))].map((name) => ({ name })),
  },
];

/** The message of a broker: the attributes are headers, the data is the payload. */
function headerMessage(event: OfferedEvent, prefix: string, bindings?: object): object {
  const { name, cloudType, service, description, examples } = event;
  const headersOf = (data: unknown) =>
    Object.fromEntries(
      Object.entries(toAttributes(loggedExample(event, data))).map(([attribute, value]) => [prefix + attribute, value]),
    );
  return {
    name: cloudType,
    title: name,
    summary: description.split('\n')[0],
    contentType: 'application/json',
    tags: [{ name: service }],
    headers: {
      type: 'object',
      required: Object.keys(headersOf(examples[0] ?? {})),
      properties: { [`${prefix}type`]: { type: 'string', const: cloudType } },
      additionalProperties: { type: 'string' },
    },
    ...(bindings && { bindings }),
    payload: { $ref: `#/components/schemas/${name}` },
    examples: examples.map((data, index) => ({ name: `${name}.${index + 1}`, headers: headersOf(data), payload: data })),
  };
}

/** NATS JetStream, if it is the channel: a subject for each event. */
export const natsTransport = (events: readonly OfferedEvent[]): AsyncApiTransport => ({
  servers: {
    nats: {
      host: '{broker}',
      protocol: 'nats',
      description: 'The internal NATS JetStream, if EVENT_CHANNEL=nats',
      variables: { broker: { description: 'The server of NATS_URL', default: 'nats.example:4222' } },
    },
  },
  channels: events.map(natsChannel),
  operations: events.map(natsOperation),
  messages: events.map((event) => [`nats.${event.name}`, headerMessage(event, NATS_ATTRIBUTE_PREFIX)]),
});

const natsChannel = ({ name, description }: OfferedEvent): NamedEntry => [
  `nats.${name}`,
  {
    address: `${NATS_SUBJECTS}.{partition}.${name}`,
    title: `${name} at NATS`,
    description,
    servers: [{ $ref: '#/servers/nats' }],
    parameters: { partition: { description: `By hash of the partition key, 0 to ${NATS_PARTITIONS - 1}` } },
    messages: { event: { $ref: `#/components/messages/nats.${name}` } },
  },
];

const natsOperation = ({ name, service }: OfferedEvent): NamedEntry => [
  `send.nats.${name}`,
  {
    action: 'send',
    channel: { $ref: `#/channels/nats.${name}` },
    title: `Publish ${name} to NATS`,
    tags: [{ name: service }],
  },
];
