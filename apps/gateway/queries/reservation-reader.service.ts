import { Inject, Injectable } from '@nestjs/common';
import { type ReservationParticipant, reservationParticipants } from '../../../contracts/participant/participants.js';
import type { Page } from '../../../contracts/values/page.js';
import type { Reservation } from '../../../contracts/reservation/reservation.resource.js';
import type { ReservationState } from '../../../contracts/reservation/reservation-state.js';
import { decodeCursor, encodeCursor } from '../../../libs/service-kit/cursor.js';
import { ParticipantsService } from '../upstreams/participants.service.js';
import { invalidCursor } from '../sagas/page-token.js';

export interface ReservationFilter {
  participant?: ReservationParticipant | undefined;
  state?: ReservationState | undefined;
  tripId?: string | undefined;
  limit: number;
  after?: string | undefined;
}

/** The reservations of all participants. The list reads one participant after the other, so that a page ends at one cursor. */
@Injectable()
export class ReservationReader {
  constructor(@Inject(ParticipantsService) private readonly participants: ParticipantsService) {}

  /**
   * @throws ProblemException 422 `INVALID_CURSOR`, 503 `PARTICIPANT_UNAVAILABLE` if the page needs an unavailable participant.
   */
  async reservations({ participant, limit, after, ...filter }: ReservationFilter): Promise<Page<Reservation>> {
    const selected = participant === undefined ? reservationParticipants : [participant];
    const start = startOf(after, selected);
    const items: Reservation[] = [];
    let cursor = start.after;
    for (const [index, name] of selected.entries()) {
      if (index < start.index) continue;
      const query = { ...filter, limit: limit - items.length, after: cursor };
      const page = await this.participants.apis[name].get<Page<Reservation>>('/reservations', query);
      items.push(...page.items);
      if (page.next !== null) return { items, next: encodeCursor(name, page.next) };
      const following = selected[index + 1];
      if (following !== undefined && items.length === limit) return { items, next: encodeCursor(following, '') };
      cursor = undefined;
    }
    return { items, next: null };
  }
}

/** Where the next page begins: the participant of the cursor, and the position in its list. */
function startOf(
  after: string | undefined,
  selected: readonly ReservationParticipant[],
): { index: number; after: string | undefined } {
  if (after === undefined) return { index: 0, after: undefined };
  const [name, cursor] = decodeCursor(after, ['string', 'string']);
  const index = selected.findIndex((one) => one === name);
  if (index === -1) throw invalidCursor();
  return { index, after: cursor === '' ? undefined : cursor };
}
