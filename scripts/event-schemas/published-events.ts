import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { EventCatalogue } from '../../contracts/event-catalogue.js';
import { eventSchema, type JsonSchema } from '../../libs/messaging/event/event-schema.js';
import { breakingChanges } from './breaking-changes.js';

/** How the published schemas and samples stand to today's catalogue. */
export interface PublicationState {
  /** The breaking changes, which need a new version. One sentence each. */
  breaking: string[];
  /** The compatible schemas and samples that are not stored yet, by path. */
  unpublished: Map<string, unknown>;
}

/** The folders beneath that of the published events: the schemas as consumers know them, and data as it was once written. */
export const schemasOf = (folder: string): string => path.join(folder, 'schemas');
export const samplesOf = (folder: string): string => path.join(folder, 'samples');

/** Compares the catalogue with what was published; writes nothing. */
export function publicationState(folder: string, catalogue: EventCatalogue): PublicationState {
  const breaking: string[] = [];
  const unpublished = new Map<string, unknown>();
  const known = new Set<string>();
  for (const eventType of catalogue.values()) {
    for (const version of eventType.versions) {
      const name = `${eventType.type}.v${version.version}`;
      known.add(`${name}.json`);
      const schema = eventSchema(eventType.type, version);
      const file = path.join(schemasOf(folder), `${name}.json`);
      const published = existsSync(file) ? (read(file) as JsonSchema) : undefined;
      if (published) breaking.push(...breakingChanges(published, schema).map((change) => `${name}: ${change}`));
      if (text(published) !== text(schema)) unpublished.set(file, schema);
      for (const [index, sample] of ((schema['examples'] as unknown[] | undefined) ?? []).entries()) {
        const sampleFile = path.join(samplesOf(folder), index === 0 ? `${name}.json` : `${name}.${index + 1}.json`);
        // A stored sample is never replaced.
        if (!existsSync(sampleFile)) unpublished.set(sampleFile, sample);
      }
    }
  }
  for (const file of existsSync(schemasOf(folder)) ? readdirSync(schemasOf(folder)) : [])
    if (!known.has(file)) breaking.push(`${path.basename(file, '.json')}: gone from the catalogue: stored events need it`);
  return { breaking, unpublished };
}

/**
 * Writes the new and compatible schemas.
 * @returns the written files.
 * @throws Error with every breaking change if there is any. Nothing is written then.
 */
export function publishEvents(folder: string, catalogue: EventCatalogue): string[] {
  const { breaking, unpublished } = publicationState(folder, catalogue);
  if (breaking.length > 0)
    throw new Error(
      `These changes break consumers of published events. Leave the version as it is and add the next one (docs/event-versions.md):\n${breaking.map((change) => `  ${change}`).join('\n')}`,
    );
  for (const [file, content] of unpublished) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text(content));
  }
  return [...unpublished.keys()];
}

const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
const text = (content: unknown): string => `${JSON.stringify(content, null, 2)}\n`;
