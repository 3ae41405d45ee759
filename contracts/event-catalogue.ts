import type { z } from 'zod';
import { customerEvents } from './customer/customer.events.js';
import type { Deprecation, EventFamily, VersionStep } from './event/event-family.js';
import { hookProbes } from './hooks/hook-probes.events.js';
import { hooksEvents } from './hooks/hooks.events.js';
import { orderFamily } from './order/order.events.js';
import { paymentEvents } from './payment/payment.events.js';
import { reservationSchemas } from './reservation/reservation-schemas.js';
import { sagaEvents } from './saga/saga.events.js';
import { tripEvents } from './trip/trip.events.js';

export interface EventVersion {
  version: number;
  schema: z.ZodType;
  /** `active` is the newest; every older version has the status of its deprecation. */
  status: 'active' | Deprecation['status'];
  deprecation?: Deprecation;
  /** The step to the next version. The newest version has none. */
  next?: Pick<VersionStep, 'up' | 'down' | 'lossless'>;
}

export interface EventType {
  /** Without prefix and version: `order.approved`. */
  type: string;
  /** 1, 2, 3 … without a gap, oldest first, so that every stored event can be read. */
  versions: readonly EventVersion[];
  /** It is posted to one receiver and is not in the log, so no feed has it and no hook can subscribe to it. */
  unlogged?: true;
}

/** Every type that is or was published, by name. Hooks can subscribe to the types of the log. */
export type EventCatalogue = ReadonlyMap<string, EventType>;

/**
 * The catalogue of some families.
 * @throws Error for a name that is not `<service>.<fact>.v<n>`, a version or a step between two that is missing or left over, and a type in two families.
 */
export function catalogueOf(families: readonly EventFamily[]): EventCatalogue {
  const catalogue = new Map<string, EventType>();
  for (const { schemas, steps = [], unlogged } of families) {
    const versions = new Map<string, [number, z.ZodType][]>();
    for (const [name, schema] of Object.entries(schemas)) {
      const [, type, version] = /^([a-z]+(?:\.[a-z]+(?:-[a-z]+)*)+)\.v([1-9]\d*)$/.exec(name) ?? [];
      if (type === undefined) throw new Error(`The event ${name} is not named <service>.<fact>.v<n>.`);
      versions.set(type, [...(versions.get(type) ?? []), [Number(version), schema]]);
    }
    for (const [type, schemasOfType] of versions) {
      if (catalogue.has(type)) throw new Error(`The event ${type} is in two families.`);
      const stepsOfType = steps.filter((step) => step.type === type);
      catalogue.set(type, { type, versions: versionsOf(type, schemasOfType, stepsOfType), ...(unlogged && { unlogged }) });
    }
    const stray = steps.find(({ type }) => !versions.has(type));
    if (stray) throw new Error(`There is a step of ${stray.type}, and no such event in the family.`);
  }
  return new Map([...catalogue].sort(([one], [other]) => (one < other ? -1 : 1)));
}

function versionsOf(type: string, schemas: [number, z.ZodType][], steps: readonly VersionStep[]): EventVersion[] {
  const ordered = schemas.sort(([one], [other]) => one - other);
  if (steps.length !== ordered.length - 1)
    throw new Error(`${type} has ${ordered.length} versions and ${steps.length} steps; it needs one step from each to the next.`);
  return ordered.map(([version, schema], index) => {
    if (version !== index + 1) throw new Error(`${type} has a version ${version} and no version ${index + 1}.`);
    if (index === ordered.length - 1) return { version, schema, status: 'active' };
    const next = steps.find(({ from }) => from === version);
    if (!next) throw new Error(`${type} has no step from version ${version} to the next.`);
    return { version, schema, status: next.deprecation.status, deprecation: next.deprecation, next };
  });
}

/** The event types of Roundtrip. A new family needs a line here. */
export const eventCatalogue: EventCatalogue = catalogueOf([
  orderFamily,
  { schemas: customerEvents },
  ...Object.values(reservationSchemas).map(({ events }) => ({ schemas: events })),
  { schemas: paymentEvents },
  { schemas: tripEvents },
  { schemas: sagaEvents },
  { schemas: hooksEvents },
  { schemas: hookProbes, unlogged: true },
]);
