import { KAFKA_ATTRIBUTE_PREFIX, KAFKA_PARTITIONS, KAFKA_TOPIC } from '../../../../libs/messaging/channel/broker-addresses.js';
import type { AsyncApiTransport, Named } from './asyncapi-transport.js';
import { headerMessage } from './header-message.js';
import type { OfferedEvent } from './offered-event.js';

/** Kafka, where that is the channel: one topic for all events. */
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
  channels: [channelFor(events)],
  operations: [operationFor(events)],
  messages: events.map((event) => [`kafka.${event.name}`, headerMessage(event, KAFKA_ATTRIBUTE_PREFIX, keyBinding)]),
});

const keyBinding = { kafka: { key: { type: 'string', description: 'The partition key' }, bindingVersion: '0.5.0' } };

const channelFor = (events: readonly OfferedEvent[]): Named => [
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

const operationFor = (events: readonly OfferedEvent[]): Named => [
  'send.kafka',
  {
    action: 'send',
    channel: { $ref: '#/channels/kafka' },
    title: 'Publish to Kafka',
    tags: [...new Set(events.map(({ service }) => service))].map((name) => ({ name })),
  },
];
