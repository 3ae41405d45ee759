import { Parser } from '@asyncapi/parser';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { eventCatalogue, type EventType } from '../../../../contracts/event-catalogue.js';
import { offeredVersions } from '../../../../libs/messaging/event/event-versions.js';
import { asyncApiDocument } from './asyncapi-document.js';

interface Document {
  servers: Record<string, { host: string; protocol: string; pathname?: string }>;
  channels: Record<string, { address: string }>;
  components: { messages: Record<string, { payload: object; examples: { payload: object }[] }>; schemas: Record<string, object> };
}
const document = asyncApiDocument(eventCatalogue, 'https://api.example.com/roundtrip') as Document;

describe('the AsyncAPI document', () => {
  it('is valid, without warnings', async () => {
    const { document: parsed, diagnostics } = await new Parser().parse(JSON.parse(JSON.stringify(document)));
    // There is a newer AsyncAPI than 3.0. That is no fault of the document.
    const heeded = diagnostics.filter(({ code }) => code !== 'asyncapi-latest-version');
    expect(heeded.map(({ code, message, path }) => `${code} ${path.join('.')}: ${message}`)).toEqual([]);
    expect(parsed!.channels().all()).toHaveLength(Object.keys(document.channels).length);
  });

  it('has a channel for each available version, and no other', () => {
    const namesOf = (types: EventType[]) =>
      types.flatMap((type) => offeredVersions(type).map(({ version }) => `${type.type}.v${version}`));
    const all = [...eventCatalogue.values()];
    const logged = namesOf(all.filter(({ unlogged }) => !unlogged));
    expect(Object.keys(document.channels)).toEqual([...namesOf(all), ...logged.map((name) => `nats.${name}`), 'kafka']);
    // A test of a hook is sent by webhook only.
    expect(logged).not.toContain('hooks.endpoint.tested.v1');
    expect(document.channels['hooks.endpoint.tested.v1']).toMatchObject({ servers: [{ $ref: '#/servers/webhook' }] });
    expect(document.channels['nats.order.approved.v2']?.address).toBe('roundtrip.events.{partition}.order.approved.v2');
    expect(document.channels['kafka']?.address).toBe('roundtrip.events');
    expect(document.channels['order.approved.v1']).toMatchObject({
      address: 'com.roundtrip.order.approved.v1',
      description: expect.stringContaining('Deprecated since 2026-11-21T00:00:00Z'),
    });
  });

  it('has the address of the API', () => {
    expect(document.servers['api']).toMatchObject({ host: 'api.example.com', protocol: 'https', pathname: '/roundtrip' });
    const local = asyncApiDocument(eventCatalogue, 'http://127.0.0.1:3000') as Document;
    expect(local.servers['api']).toMatchObject({ host: '127.0.0.1:3000', protocol: 'http' });
  });

  it('has examples that match their payload schema', () => {
    const ajv = new Ajv({ strict: false, allErrors: true });
    formats.default(ajv);
    ajv.addSchema({ $id: 'document', components: document.components });
    const messages = Object.entries(document.components.messages);
    expect(messages).not.toHaveLength(0);
    for (const [name, { payload, examples }] of messages) {
      const validate = ajv.compile(JSON.parse(JSON.stringify(payload).replaceAll('"#/', '"document#/')) as object);
      expect(examples, name).not.toHaveLength(0);
      for (const example of examples) {
        validate(example.payload);
        expect(validate.errors, name).toBeNull();
      }
    }
  });
});
