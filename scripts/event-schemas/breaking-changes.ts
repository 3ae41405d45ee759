import type { JsonSchema } from '../../libs/messaging/event/event-schema.js';

/** Keywords that describe a value without a limit. They may change freely. */
const annotations = new Set(['$schema', '$id', 'title', 'description', 'examples', 'deprecated', 'x-deprecation', '$comment']);

/** A keyword whose value is a schema, or a list of them, is compared within; every other keyword has to stay what it is. */
const subschemas = new Set(['items', 'additionalItems', 'contains', 'not', 'propertyNames', 'additionalProperties']);
const schemaLists = new Set(['anyOf', 'oneOf', 'allOf']);

/**
 * The breaking changes from `published` to `today`, one sentence each. Empty if every reader of the published schema can continue.
 *
 * A version is compatible in both directions, because the log keeps and renders events as they were stored. A reader of the published
 * schema must be able to read today's events: nothing may be missing, wider or of another kind. A reader of today's schema must be able to
 * read the old events: nothing may be newly required or narrower. So a compatible change adds optional fields or changes descriptions.
 */
export function breakingChanges(published: JsonSchema, today: JsonSchema, at = 'data'): string[] {
  const found: string[] = [];
  const keywords = new Set([...Object.keys(published), ...Object.keys(today)].filter((keyword) => !annotations.has(keyword)));
  for (const keyword of [...keywords].sort()) {
    const before = published[keyword];
    const after = today[keyword];
    if (keyword === 'properties') found.push(...changedProperties(before as Schemas, after as Schemas, at));
    else if (keyword === 'required') found.push(...changedRequired(before as string[], after as string[], at));
    else if (keyword === 'enum') found.push(...changedEnum(before as unknown[], after as unknown[], at));
    else if (subschemas.has(keyword) && isSchema(before) && isSchema(after))
      found.push(...breakingChanges(before, after, `${at}.${keyword}`));
    else if (schemaLists.has(keyword) || keyword === 'items') found.push(...changedList(before, after, `${at}.${keyword}`));
    else if (text(before) !== text(after)) found.push(`${at}: ${keyword} was ${text(before)} and is ${text(after)}`);
  }
  return [...found, ...shortenedLife(published, today)];
}

type Schemas = Readonly<Record<string, JsonSchema>> | undefined;

function changedProperties(before: Schemas = {}, after: Schemas = {}, at: string): string[] {
  return Object.entries(before).flatMap(([name, schema]) => {
    const now = Object.hasOwn(after, name) ? after[name] : undefined;
    return now ? breakingChanges(schema, now, `${at}.${name}`) : [`${at}.${name} was removed: consumers may read it`];
  });
}

function changedRequired(before: readonly string[] = [], after: readonly string[] = [], at: string): string[] {
  return [
    ...before.filter((name) => !after.includes(name)).map((name) => `${at}.${name} may be absent now: consumers rely on it`),
    ...after.filter((name) => !before.includes(name)).map((name) => `${at}.${name} is required now: stored events lack it`),
  ];
}

function changedEnum(before: readonly unknown[] | undefined, after: readonly unknown[] | undefined, at: string): string[] {
  if (!before || !after) return [`${at}: the list of its values was ${before ? 'given up' : 'introduced'}`];
  const texts = { before: before.map(text), after: after.map(text) };
  return [
    ...texts.before.filter((value) => !texts.after.includes(value)).map((value) => `${at} has no ${value} any more: stored events have it`), // prettier-ignore
    ...texts.after.filter((value) => !texts.before.includes(value)).map((value) => `${at} may be ${value} now: consumers do not know it`), // prettier-ignore
  ];
}

function changedList(before: unknown, after: unknown, at: string): string[] {
  if (!Array.isArray(before) || !Array.isArray(after) || before.length !== after.length)
    return [`${at} was ${text(before)} and is ${text(after)}`];
  return before.flatMap((schema: JsonSchema, index) => breakingChanges(schema, after[index] as JsonSchema, `${at}[${index}]`));
}

/** Consumers have planned by the published end. */
function shortenedLife(published: JsonSchema, today: JsonSchema): string[] {
  const { before, after } = { before: sunsetOf(published), after: sunsetOf(today) };
  if (before === undefined) return [];
  if (after === undefined) return [];
  return Date.parse(after) < Date.parse(before) ? [`the sunset was promised for ${before} and is ${after}`] : [];
}

const sunsetOf = (schema: JsonSchema): string | undefined => (schema['x-deprecation'] as { sunset?: string } | undefined)?.sunset;

const isSchema = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Equal for values that are equal whatever the order of their keys. */
const text = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    isSchema(inner) ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1))) : inner,
  ) ?? 'absent';
