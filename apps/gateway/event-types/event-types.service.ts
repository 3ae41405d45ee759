import { Injectable } from '@nestjs/common';
import { cloudEventType } from '../../../contracts/event/cloud-event.js';
import { eventCatalogue, type EventType } from '../../../contracts/event-catalogue.js';
import type { EventTypeResource, VersionPinCounts } from '../../../contracts/event/event-type.resource.js';
import type { Page, PageQuery } from '../../../contracts/values/page.js';
import { eventSchema, eventSchemaPath, type JsonSchema } from '../../../libs/messaging/event/event-schema.js';
import { newestVersion } from '../../../libs/messaging/event/event-versions.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import { slicePage } from '../../../libs/service-kit/slice-page.js';
import { HooksService } from '../upstreams/hooks.service.js';

/** How many hooks are pinned to each version, by type; undefined while the hooks service is unavailable. */
type PinCounts = VersionPinCounts | undefined;

/** The catalogue of events, for readers. */
@Injectable()
export class EventTypes {
  constructor(private readonly hooks: HooksService) {}

  /** By name. @throws ProblemException 422 `INVALID_CURSOR`. */
  async list(page: PageQuery): Promise<Page<EventTypeResource>> {
    const { items, next } = slicePage([...eventCatalogue.values()], ({ type }) => type, page);
    const pinCounts = await this.pinCounts();
    return { items: items.map((eventType) => resourceOf(eventType, pinCounts)), next };
  }

  /** @throws ProblemException 404 `EVENT_TYPE_NOT_FOUND`. */
  async get(type: string): Promise<EventTypeResource> {
    return resourceOf(find(type), await this.pinCounts());
  }

  /** @throws ProblemException 404 `EVENT_TYPE_NOT_FOUND`. */
  schema(type: string, version: number): JsonSchema {
    const known = find(type);
    const entry = known.versions[version - 1];
    if (!entry) {
      throw new ProblemException(
        404,
        'EVENT_TYPE_NOT_FOUND',
        `${type} has no version ${version}. Its newest is ${newestVersion(known)}.`,
      );
    }
    return eventSchema(type, entry);
  }

  /** The hooks that still read deprecated versions. The catalogue is documentation, so it works without the hooks service. */
  private async pinCounts(): Promise<PinCounts> {
    return this.hooks.api.get<VersionPinCounts>('/version-pins').catch(() => undefined);
  }
}

function find(type: string): EventType {
  const known = eventCatalogue.get(type);
  if (known) return known;
  throw new ProblemException(
    404,
    'EVENT_TYPE_NOT_FOUND',
    `No service publishes events of the type ${type.slice(0, 100)}; GET /v1/event-types lists all types.`,
  );
}

function resourceOf(eventType: EventType, pinCounts: PinCounts): EventTypeResource {
  const { type, versions } = eventType;
  return {
    type,
    newest: newestVersion(eventType),
    versions: versions.map((entry) => {
      const { version, status, deprecation } = entry;
      const { description, examples } = eventSchema(type, entry) as { description: string; examples: unknown[] };
      return {
        version,
        name: cloudEventType(type, version),
        status,
        description,
        schema: eventSchemaPath(type, version),
        sample: examples[0],
        ...(deprecation && {
          deprecatedFrom: deprecation.from,
          sunset: deprecation.sunset,
          ...(pinCounts && { pinnedHooks: pinCounts[type]?.[version] ?? 0 }),
          migration: deprecation.migration,
        }),
      };
    }),
  };
}
