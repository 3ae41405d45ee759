import { asText, type OutboxRow } from './outbox-row.js';

/**
 * Why an event is not in the log. INVALID_EVENT: the log refuses it (data that is not JSON, a text that is too long). EVENT_ID_CONFLICT: its
 * id belongs to another event. VERSION_TAKEN: the log has that version of the aggregate, or a later one. VERSION_GAP: the version before it
 * is missing. PARKED: it waits behind another event of its aggregate.
 */
export type DeadReason = 'INVALID_EVENT' | 'EVENT_ID_CONFLICT' | 'VERSION_TAKEN' | 'VERSION_GAP' | 'PARKED';

export interface DeadRow extends OutboxRow {
  /** `dead` needs a decision. `parked` follows by itself after its predecessors. `skipped` is never appended. */
  state: 'dead' | 'parked' | 'skipped';
  reason: DeadReason;
}

export const deadAsText = `${asText}, state, reason`;
