import { NATS_ATTRIBUTE_PREFIX, NATS_PARTITIONS, NATS_SUBJECTS } from '../../../../libs/messaging/channel/broker-addresses.js';
import type { AsyncApiTransport, Named } from './asyncapi-transport.js';
import { headerMessage } from './header-message.js';
import type { OfferedEvent } from './offered-event.js';

/** NATS JetStream, where that is the channel: a subject for each event. */
export const natsTransport = (events: readonly OfferedEvent[]): AsyncApiTransport => ({
  servers: {
    nats: {
      host: '{broker}',
      protocol: 'nats',
      description: 'The internal NATS JetStream, if EVENT_CHANNEL=nats',
      variables: { broker: { description: 'The server of NATS_URL', default: 'nats.example:4222' } },
    },
  },
  channels: events.map(channelOf),
  operations: events.map(operationOf),
  messages: events.map((event) => [`nats.${event.name}`, headerMessage(event, NATS_ATTRIBUTE_PREFIX)]),
});

const channelOf = ({ name, description }: OfferedEvent): Named => [
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

const operationOf = ({ name, service }: OfferedEvent): Named => [
  `send.nats.${name}`,
  {
    action: 'send',
    channel: { $ref: `#/channels/nats.${name}` },
    title: `Publish ${name} to NATS`,
    tags: [{ name: service }],
  },
];
