import { toAttributes } from '../../../../libs/messaging/channel/event-attributes.js';
import { loggedExample } from './logged-example.js';
import type { OfferedEvent } from './offered-event.js';

/** The message of a broker: attributes in the headers, the data alone as payload. */
export function headerMessage(event: OfferedEvent, prefix: string, bindings?: object): object {
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
