import { Injectable } from '@nestjs/common';
import { EVENT_TYPE_PREFIX } from '../../../contracts/cloud-event.js';
import { eventCatalogue, type EventType } from '../../../contracts/event-catalogue.js';
import type { EventTypeResource } from '../../../contracts/event-type.resource.js';
import type { Page } from '../../../contracts/page.js';
import { eventSchema, eventSchemaPath, type JsonSchema } from '../../../libs/messaging/event-schema.js';
import { newestVersion } from '../../../libs/messaging/event-versions.js';
import { decodeCursor, encodeCursor } from '../../../libs/service-kit/cursor.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';

export interface PageRequest {
  limit: number;
  after?: string | undefined;
}

/** The catalogue of events, for readers. */
@Injectable()
export class EventTypes {
  /** By name. @throws ProblemException 422 `INVALID_CURSOR`. */
  list({ limit, after }: PageRequest): Page<EventTypeResource> {
    const [last] = after === undefined ? [''] : decodeCursor(after, ['string']);
    const following = [...eventCatalogue.values()].filter(({ type }) => type > last);
    const items = following.slice(0, limit).map(resourceOf);
    return { items, next: following.length > limit ? encodeCursor(items.at(-1)!.type) : null };
  }

  /** @throws ProblemException 404 `EVENT_TYPE_NOT_FOUND`. */
  get(type: string): EventTypeResource {
    return resourceOf(find(type));
  }

  /** @throws ProblemException 404 `EVENT_TYPE_NOT_FOUND`. */
  schema(type: string, version: number): JsonSchema {
    const known = find(type);
    const entry = known.versions[version - 1];
    if (!entry) {
      throw new ProblemException(
        404,
        'EVENT_TYPE_NOT_FOUND',
        `${type} has no version ${version}; its newest is ${newestVersion(known)}.`,
      );
    }
    return eventSchema(type, entry);
  }
}

function find(type: string): EventType {
  const known = eventCatalogue.get(type);
  if (known) return known;
  throw new ProblemException(
    404,
    'EVENT_TYPE_NOT_FOUND',
    `No service publishes events of the type ${type.slice(0, 100)}; GET /v1/event-types lists what there is.`,
  );
}

function resourceOf(eventType: EventType): EventTypeResource {
  const { type, versions } = eventType;
  return {
    type,
    newest: newestVersion(eventType),
    versions: versions.map((entry) => {
      const { version, status, deprecation } = entry;
      const { description, examples } = eventSchema(type, entry) as { description: string; examples: unknown[] };
      return {
        version,
        name: `${EVENT_TYPE_PREFIX}${type}.v${version}`,
        status,
        description,
        schema: eventSchemaPath(type, version),
        sample: examples[0],
        ...(deprecation && {
          deprecatedFrom: deprecation.from,
          sunset: deprecation.sunset,
          migration: deprecation.migration,
        }),
      };
    }),
  };
}
