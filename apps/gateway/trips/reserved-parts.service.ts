import { Injectable } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from '../../../contracts/values/page.js';
import type { Reservation } from '../../../contracts/reservation/reservation.resource.js';
import type { ReservationState } from '../../../contracts/reservation/reservation-state.js';
import { type TripPartName, tripPartNames, tripPartTable } from '../../../contracts/trip/trip-part.js';
import type { Trip } from '../../../contracts/trip/trip.resource.js';
import { ParticipantsService } from '../upstreams/participants.service.js';

/** How long reading a trip waits for its participants. */
const LOOKUP_TIMEOUT_MS = 1_000;
/** More than the reservations of a trip at one participant. */
const LIMIT = 200;

const finalStates: readonly (ReservationState | undefined)[] = ['CONFIRMED', 'CANCELLED'];

/**
 * Reads reservations that the trip service does not have. It gets the parts when all are held or confirmed. If the trip fails
 * earlier, it gets only the reason.
 */
@Injectable()
export class ReservedParts {
  constructor(private readonly participants: ParticipantsService) {}

  /**
   * The trip with price, reservation and state of each part whose participant answers within a second. Other parts stay
   * unchanged. Sends no request if the trip service has the final state of every part.
   */
  async withReservedParts(trip: Trip): Promise<Trip> {
    const unknown = tripPartNames.filter((name) => needsLookup(trip, name));
    if (unknown.length === 0) return trip;
    const stop = new AbortController();
    const timeout = delay(LOOKUP_TIMEOUT_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    const lookups = await Promise.all(
      unknown.map(async (name) => Promise.race([this.reserved(trip.tripId, name).catch(() => undefined), timeout])),
    );
    stop.abort();
    return unknown.reduce((known, name, index) => withReservations(known, name, lookups[index] ?? []), trip);
  }

  /** In the order of the request. */
  private async reserved(tripId: string, name: TripPartName): Promise<ReservedPart[]> {
    const api = this.participants.apis[tripPartTable[name].participant];
    const { items } = await api.get<Page<Reservation>>('/reservations', { tripId, limit: LIMIT });
    return items.toReversed().map(({ price, reservationId, state }) => ({ price, reservationId, state }));
  }
}

/**
 * Whether the participant may know more about the part than the trip service. While the trip waits for approval, all parts are
 * HELD.
 */
function needsLookup(trip: Trip, name: TripPartName): boolean {
  const part = trip[name];
  if (part === undefined || trip.state === 'AWAITING_APPROVAL') return false;
  return [part].flat().some(({ state }) => !finalStates.includes(state));
}

export type ReservedPart = Pick<Reservation, 'price' | 'reservationId' | 'state'>;

/** The trip with the reservations of a part, in the order of the request; unchanged if their number differs. */
export function withReservations(trip: Trip, name: TripPartName, reserved: readonly ReservedPart[]): Trip {
  const part = trip[name];
  if (part === undefined || reserved.length !== [part].flat().length) return trip;
  const filled = Array.isArray(part) ? part.map((one, index) => ({ ...one, ...reserved[index] })) : { ...part, ...reserved[0] };
  return { ...trip, [name]: filled };
}
