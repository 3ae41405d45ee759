import type { EventCatalogue } from '../../../../contracts/event-catalogue.js';
import { renderEvent } from '../../../../libs/messaging/event/render-event.js';
import type { AsyncApiTransport, NamedEntry } from './asyncapi-transport.js';
import { loggedExample, type OfferedEvent } from './offered-event.js';

/** The feeds of the API, and webhooks: structured CloudEvents, rendered in the requested version. */
export function httpTransport(events: readonly OfferedEvent[], catalogue: EventCatalogue, publicUrl: string): AsyncApiTransport {
  return {
    servers: serversAt(publicUrl),
    channels: events.map(channelOf),
    operations: events.map(operationOf),
    messages: events.map((event) => [event.name, messageOf(event, catalogue)]),
  };
}

function serversAt(publicUrl: string): Record<string, object> {
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

const channelOf = ({ name, cloudType, description, eventType }: OfferedEvent): NamedEntry => [
  name,
  {
    servers: [...(eventType.unlogged ? [] : [{ $ref: '#/servers/api' }]), { $ref: '#/servers/webhook' }],
    address: cloudType,
    title: name,
    description,
    messages: { event: { $ref: `#/components/messages/${name}` } },
  },
];

const operationOf = ({ name, service, description }: OfferedEvent): NamedEntry => [
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

function messageOf(event: OfferedEvent, catalogue: EventCatalogue): object {
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
