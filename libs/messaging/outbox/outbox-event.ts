import { eventCatalogue } from '../../../contracts/event-catalogue.js';

/** A fact about an aggregate, as the service that makes it true states it. */
export interface OutboxEvent {
  /** `<service>.<past tense>`, without the version. */
  type: string;
  typeVersion: number;
  aggregateType: string;
  aggregateId: string;
  /** 1, 2, 3 … of the aggregate, without a hole: the version that this fact made. */
  aggregateVersion: number;
  occurredAt: Date;
  data: unknown;
}

/** @throws Error if the event does not match the catalogue's schema of its type and version. An event in the log can never be corrected. */
export function requireCatalogued({ type, typeVersion, aggregateId, data }: OutboxEvent): void {
  const entry = eventCatalogue.get(type)?.versions[typeVersion - 1];
  if (!entry)
    throw new Error(`The catalogue of events has no ${type}.v${typeVersion}; the one of ${aggregateId} was not written.`);
  const { error } = entry.schema.safeParse(data);
  if (error) throw new Error(`The ${type}.v${typeVersion} of ${aggregateId} does not fit its schema.`, { cause: error });
}
