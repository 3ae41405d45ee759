import { carEvents } from '../../../contracts/car.events.js';
import { customerEvents } from '../../../contracts/customer.events.js';
import { flightEvents } from '../../../contracts/flight.events.js';
import { hooksEvents } from '../../../contracts/hooks.events.js';
import { hotelEvents } from '../../../contracts/hotel.events.js';
import { orderEvents } from '../../../contracts/order.events.js';
import { paymentEvents } from '../../../contracts/payment.events.js';
import { tripEvents } from '../../../contracts/trip.events.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';

const versioned = [orderEvents, customerEvents, hotelEvents, flightEvents, carEvents, paymentEvents, tripEvents, hooksEvents]
  .flatMap((events) => Object.keys(events))
  .map((name) => /^(.+)\.v(\d+)$/.exec(name)!);

/** Every type that can be subscribed to, with its versions. */
const knownTypes = new Map<string, Set<number>>();
for (const [, type, version] of versioned) knownTypes.set(type!, (knownTypes.get(type!) ?? new Set()).add(Number(version)));

const serviceOf = (type: string): string => type.split('.')[0]!;
const knownServices = new Set([...knownTypes.keys()].map(serviceOf));

/** A subscription in the form that the fan-out matches by. */
export interface EventSelection {
  exactTypes: string[];
  /** Services of which all is wanted; `*` for every service. */
  services: string[];
  versionPins: Record<string, number>;
}

/**
 * Reads `order.approved`, `order.approved@1`, `order.*` and `*`.
 * @throws ProblemException 422 `UNKNOWN_EVENT_TYPE` that points at each unknown one and lists the known.
 */
export function selectEvents(types: readonly string[]): EventSelection {
  const selection: EventSelection = { exactTypes: [], services: [], versionPins: {} };
  const unknown: { pointer: string; detail: string }[] = [];
  types.forEach((text, index) => {
    const [type = '', version] = text.split('@');
    if (type === '*') selection.services.push(type);
    else if (type.endsWith('.*') && knownServices.has(type.slice(0, -2))) selection.services.push(type.slice(0, -2));
    else if (knownTypes.has(type) && (version === undefined || knownTypes.get(type)!.has(Number(version)))) {
      selection.exactTypes.push(type);
      if (version !== undefined) selection.versionPins[type] = Number(version);
    } else unknown.push({ pointer: `/types/${index}`, detail: `${text} is not a type that there is` });
  });
  if (unknown.length > 0) {
    const known = [...[...knownServices].map((service) => `${service}.*`), ...knownTypes.keys()].sort();
    throw new ProblemException(422, 'UNKNOWN_EVENT_TYPE', `There are no such event types; known are ${known.join(', ')}.`, {
      errors: unknown,
    });
  }
  return selection;
}
