import { CloudEvent } from '../../../../contracts/event/cloud-event.js';
import type { EventCatalogue } from '../../../../contracts/event-catalogue.js';
import { dataSchema, type JsonSchema } from '../../../../libs/messaging/event/event-schema.js';
import { offeredEvents } from './offered-event.js';
import { httpTransport, kafkaTransport, natsTransport } from './transports.js';

const description = `Every change of state of every service is an event: a CloudEvent 1.0 with its own schema for each type and version.

At the API's address events can be polled (\`GET /v1/events\`), streamed and read as a feed. They are also posted to webhooks. Delivery is at least once, so deduplicate by
\`occurrenceid\`. A reader that names no version of a type gets the newest.

If NATS or Kafka is the internal channel, it has each event in the version that the service wrote. The attributes are headers, the data is the message.`;

/** The AsyncAPI 3.0 document of all available versions of all events, for every transport. */
export function asyncApiDocument(catalogue: EventCatalogue, publicUrl: string): object {
  const events = offeredEvents(catalogue);
  // Events that are not in the log are sent by webhooks only.
  const logged = events.filter(({ eventType }) => !eventType.unlogged);
  const transports = [httpTransport(events, catalogue, publicUrl), natsTransport(logged), kafkaTransport(logged)];
  const services = [...new Set(events.map(({ service }) => service))];
  return {
    asyncapi: '3.0.0',
    id: 'urn:com:roundtrip:events',
    info: {
      title: 'Roundtrip events',
      version: '1',
      description,
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
      contact: { name: 'Roundtrip', url: publicUrl },
      tags: services.map((name) => ({ name, description: `Events of the ${name} service` })),
    },
    defaultContentType: 'application/cloudevents+json',
    servers: Object.assign({}, ...transports.map(({ servers }) => servers)) as object,
    channels: Object.fromEntries(transports.flatMap(({ channels }) => channels)),
    operations: Object.fromEntries(transports.flatMap(({ operations }) => operations)),
    components: {
      messages: Object.fromEntries(transports.flatMap(({ messages }) => messages)),
      schemas: {
        CloudEvent: { title: 'CloudEvent', ...withoutSchemaIds(dataSchema(CloudEvent)) },
        ...Object.fromEntries(events.map(({ name, schema }) => [name, withoutSchemaIds(schema)])),
      },
    },
  };
}

/** Removes the ids of a schema, because it has another place in the document. */
function withoutSchemaIds({ $schema: _schema, $id: _id, ...schema }: JsonSchema): JsonSchema {
  return schema;
}
