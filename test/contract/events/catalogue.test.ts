import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { catalogueOf, eventCatalogue, type EventType, type EventVersion } from '../../../contracts/event-catalogue.js';
import { convertEvent } from '../../../libs/messaging/event/convert-event.js';
import { eventSchema } from '../../../libs/messaging/event/event-schema.js';
import { offeredVersions } from '../../../libs/messaging/event/event-versions.js';
import { publicationState, publishEvents, samplesOf } from '../../../scripts/event-schemas/published-events.js';

const folder = 'test/contract/events';

/** With every object closed: what our writers and samples say must stand in the schema, though readers take more. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, key === 'examples' ? value : closed(value)]),
  );
  return 'properties' in inner ? { ...inner, additionalProperties: false } : inner;
}

function validator(eventType: EventType, version: EventVersion, shape: (schema: unknown) => unknown = (schema) => schema) {
  const ajv = new Ajv({ strict: true, allErrors: true, allowUnionTypes: true });
  formats.default(ajv);
  ajv.addKeyword('x-deprecation');
  return ajv.compile(shape(eventSchema(eventType.type, version)) as object);
}

const versions = [...eventCatalogue.values()].flatMap((eventType) =>
  eventType.versions.map((version) => ({ name: `${eventType.type}.v${version.version}`, eventType, version })),
);
const sampleFiles = readdirSync(samplesOf(folder));
const samples = versions.flatMap(({ name, eventType, version }) =>
  sampleFiles
    .filter(
      (file) => file === `${name}.json` || (file.startsWith(`${name}.`) && /^\.[\w-]+\.json$/.test(file.slice(name.length))),
    )
    .map((file) => ({
      file,
      eventType,
      version,
      data: JSON.parse(readFileSync(path.join(samplesOf(folder), file), 'utf8')) as unknown,
    })),
);

describe('every version of an event', () => {
  it.each(versions)('$name says what it means and has a sample on file', ({ name, eventType, version }) => {
    const { description } = eventSchema(eventType.type, version);
    expect(description).toMatch(/^[A-Z].*\.$/s);
    expect(sampleFiles).toContain(`${name}.json`);
  });

  it('has all its samples read by these tests, and no other file is a sample', () => {
    expect(samples.map(({ file }) => file).sort()).toEqual([...sampleFiles].sort());
  });
});

describe('a golden sample', () => {
  it.each(samples)('$file fits its schema, by ajv and by zod, with every field described', ({ eventType, version, data }) => {
    const validate = validator(eventType, version, closed);
    validate(data);
    expect(validate.errors).toBeNull();
    expect(version.schema.parse(data)).toEqual(data);
  });

  it.each(samples)('$file renders in every version that can be had', ({ eventType, version, data }) => {
    for (const target of offeredVersions(eventType)) {
      const rendered = convertEvent(eventType, data, version.version, target.version);
      const validate = validator(eventType, target, closed);
      validate(rendered);
      expect(validate.errors).toBeNull();
    }
  });

  it.each(samples.filter(({ version }) => version.next))(
    '$file is itself again after the way up and down, if that is said',
    (sample) => {
      const { next } = sample.version;
      const back = next!.down(next!.up(sample.data));
      expect(isDeepStrictEqual(back, sample.data)).toBe(next!.lossless.up);
    },
  );

  it('of a newer version is itself again after the way down and up, if that is said, else some is not', () => {
    for (const { name, eventType, version } of versions.filter(({ version }) => version.version > 1)) {
      const step = eventType.versions[version.version - 2]!.next!;
      const own = samples.filter((sample) => sample.eventType === eventType && sample.version === version);
      const survive = own.filter(({ data }) => isDeepStrictEqual(step.up(step.down(data)), data));
      expect(survive.length === own.length, name).toBe(step.lossless.down);
    }
  });
});

describe('what is published', () => {
  it('equals the catalogue: a change needs npm run events:publish, a breaking one a new version', () => {
    const { breaking, unpublished } = publicationState(folder, eventCatalogue);
    expect(breaking).toEqual([]);
    expect([...unpublished.keys()]).toEqual([]);
  });

  const family = (data: z.ZodRawShape, more?: z.ZodRawShape) => {
    const schema = (shape: z.ZodRawShape) => z.object(shape).meta({ description: 'It happened.', examples: [{ id: 'A' }] });
    return catalogueOf([
      {
        schemas: { 'test.happened.v1': schema(data), ...(more && { 'test.happened.v2': schema(more) }) },
        steps: more
          ? [
              {
                type: 'test.happened',
                from: 1,
                up: (older) => older,
                down: (newer) => newer,
                lossless: { up: true, down: true },
                deprecation: {
                  status: 'deprecated',
                  from: '2026-01-01T00:00:00Z',
                  sunset: '2026-07-01T00:00:00Z',
                  migration: 'None.',
                },
              },
            ]
          : [],
      },
    ]);
  };
  const inFolder = (test: (folder: string) => void) => {
    const own = mkdtempSync(path.join(tmpdir(), 'events-'));
    try {
      test(own);
    } finally {
      rmSync(own, { recursive: true, force: true });
    }
  };
  const id = z.string();

  it('grows by new events, compatible fields and new versions, and never changes a sample', () => {
    inFolder((own) => {
      expect(publishEvents(own, family({ id }))).toHaveLength(2);
      expect(publishEvents(own, family({ id }))).toEqual([]);
      expect(publishEvents(own, family({ id, note: id.optional() })).map((file) => path.relative(own, file))).toEqual([
        path.join('schemas', 'test.happened.v1.json'),
      ]);
      const successor = publishEvents(own, family({ id, note: id.optional() }, { id, size: z.int().optional() }));
      expect(successor.map((file) => path.relative(own, file)).sort()).toEqual([
        path.join('samples', 'test.happened.v2.json'),
        path.join('schemas', 'test.happened.v1.json'), // says now that it is deprecated
        path.join('schemas', 'test.happened.v2.json'),
      ]);
      expect(publicationState(own, family({ id, note: id.optional() }, { id, size: z.int().optional() })).breaking).toEqual([]);
    });
  });

  it.each([
    ['another field', family({ name: id }), 'test.happened.v1: data.id was removed'],
    ['an event that is gone', catalogueOf([]), 'test.happened.v1: gone from the catalogue'],
  ])('is not overwritten by %s', (_name, today, message) => {
    inFolder((own) => {
      publishEvents(own, family({ id }));
      const before = publicationState(own, family({ id }));
      expect(() => publishEvents(own, today)).toThrow(message);
      expect(publicationState(own, family({ id }))).toEqual(before);
    });
  });

  it('fails this suite when order.approved loses a field without a new version', () => {
    inFolder((own) => {
      cpSync(folder, own, { recursive: true });
      const orderApproved = eventCatalogue.get('order.approved')!;
      const [v1, v2] = orderApproved.versions as [EventVersion, EventVersion];
      const withoutCredit = { ...v2, schema: (v2.schema as z.ZodObject).omit({ credit: true }) };
      const today = new Map(eventCatalogue).set('order.approved', { ...orderApproved, versions: [v1, withoutCredit] });
      expect(publicationState(own, today).breaking).toEqual([
        'order.approved.v2: data.credit was removed: consumers may read it',
        'order.approved.v2: data.credit may be absent now: consumers rely on it',
      ]);
    });
  });
});
