import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { dataSchema } from '../../libs/messaging/event/event-schema.js';
import { breakingChanges } from './breaking-changes.js';

const published = {
  orderId: z.string(),
  state: z.enum(['OPEN', 'CLOSED']),
  note: z.string().optional(),
  customerId: z.string().nullable(),
  place: z.object({ city: z.string(), street: z.string().optional() }).nullable(),
  total: z.object({ amount: z.int(), currency: z.string().regex(/^[A-Z]{3}$/) }),
  lines: z.array(z.object({ sku: z.string(), quantity: z.int().min(1) })).min(1),
};
const { note: _note, ...withoutNote } = published;
const { orderId: _orderId, ...withoutId } = published;

const changes = (today: z.ZodRawShape) => breakingChanges(dataSchema(z.object(published)), dataSchema(z.object(today)));

describe('what a version may become', () => {
  it.each<[string, z.ZodRawShape]>([
    ['the same', published],
    ['with its fields in another order', Object.fromEntries(Object.entries(published).reverse())],
    ['with another description', { ...published, orderId: z.string().meta({ description: 'Which', examples: ['ORDER-1'] }) }],
    ['with an optional field more', { ...published, channel: z.string().optional() }],
    [
      'with an optional field more deep inside',
      { ...published, lines: z.array(published.lines.element.extend({ gift: z.boolean().optional() })).min(1) },
    ],
  ])('%s', (_name, today) => {
    expect(changes(today)).toEqual([]);
  });
});

describe('what makes it another version', () => {
  it.each<[string, z.ZodRawShape, string]>([
    ['a required field that is gone', withoutId, 'data.orderId was removed'],
    ['an optional field that is gone', withoutNote, 'data.note was removed'],
    ['a field with another name', { ...withoutId, id: z.string() }, 'data.orderId was removed'],
    ['a new field that is required', { ...published, channel: z.string() }, 'data.channel is required now'],
    ['an optional field that is required', { ...published, note: z.string() }, 'data.note is required now'],
    ['a required field that is optional', { ...published, orderId: z.string().optional() }, 'data.orderId may be absent now'],
    ['another type', { ...published, orderId: z.int() }, 'data.orderId: type was "string" and is "integer"'],
    ['a wider type', { ...published, orderId: z.union([z.string(), z.int()]) }, 'data.orderId.anyOf was absent'],
    ['a value that may be null', { ...published, orderId: z.string().nullable() }, 'type was "string" and is ["string","null"]'],
    [
      'a value that cannot be null any more',
      { ...published, customerId: z.string() },
      'type was ["string","null"] and is "string"',
    ],
    ['a value of an enum more', { ...published, state: z.enum(['OPEN', 'CLOSED', 'LOST']) }, 'data.state may be "LOST" now'],
    ['a value of an enum less', { ...published, state: z.enum(['OPEN']) }, 'data.state has no "CLOSED" any more'],
    ['an enum that is any text', { ...published, state: z.string() }, 'the list of its values was given up'],
    ['a text that is an enum', { ...published, note: z.enum(['A']).optional() }, 'the list of its values was introduced'],
    [
      'a field that is gone deep inside',
      { ...published, lines: z.array(published.lines.element.omit({ sku: true })).min(1) },
      'data.lines.items.sku was removed',
    ],
    [
      'one that is inside a nullable',
      { ...published, place: z.object({ city: z.string() }).nullable() },
      'data.place.anyOf[0].street was removed',
    ],
    ['a list that may be empty', { ...published, lines: z.array(published.lines.element) }, 'data.lines: minItems was 1'],
    ['a list that must be longer', { ...published, lines: z.array(published.lines.element).min(2) }, 'minItems was 1 and is 2'],
    [
      'another pattern',
      { ...published, total: published.total.extend({ currency: z.string().regex(/^[A-Z]+$/) }) },
      'data.total.currency: pattern was',
    ],
    ['a format', { ...published, orderId: z.uuid() }, 'data.orderId: format was absent'],
    ['a limit', { ...published, orderId: z.string().max(10) }, 'data.orderId: maxLength was absent'],
    ['a list that is one value', { ...published, lines: published.lines.element }, 'data.lines: type was "array"'],
  ])('%s', (_name, today, what) => {
    expect(changes(today).join('\n')).toContain(what);
  });

  it('a closed object: stored events may have more', () => {
    const schema = dataSchema(z.object(published));
    expect(breakingChanges(schema, { ...schema, additionalProperties: false })).toHaveLength(1);
  });

  it('an end before the one that was promised, and not a later one', () => {
    const until = (sunset: string) => ({ type: 'object', 'x-deprecation': { sunset } });
    const promised = until('2027-05-21T00:00:00Z');
    expect(breakingChanges(promised, until('2027-05-20T00:00:00Z'))).toHaveLength(1);
    expect(breakingChanges(promised, until('2027-06-21T00:00:00Z'))).toEqual([]);
    expect(breakingChanges({ type: 'object' }, promised)).toEqual([]);
  });
});
