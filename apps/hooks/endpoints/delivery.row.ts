import type { Delivery, DeliveryState, DeliveryTrigger } from '../../../contracts/hooks/hook.resource.js';
import { sql } from '../../../libs/database/sql.js';
import type { LoggedEvent } from '../../../libs/messaging/event/logged-event.js';
import { renderEvent, sequenceOf } from '../../../libs/messaging/event/render-event.js';

export interface DeliveryRow {
  deliveryId: string;
  hookId: string;
  eventId: string;
  /** A bigint, which the driver returns as text. */
  position: string | null;
  type: string;
  typeVersion: number;
  state: DeliveryState;
  trigger: DeliveryTrigger;
  attempts: number;
  nextAttemptAt: Date;
  lastStatus: number | null;
  lastError: string | null;
  createdAt: Date;
  finishedAt: Date | null;
}

export const deliveryColumns = sql`delivery.delivery_id as "deliveryId", delivery.hook_id as "hookId", delivery.event_id as "eventId",
  delivery.position, delivery.type, delivery.type_version as "typeVersion", delivery.state, delivery.trigger, delivery.attempts, delivery.next_attempt_at as "nextAttemptAt",
  delivery.last_status as "lastStatus", delivery.last_error as "lastError", delivery.created_at as "createdAt",
  delivery.finished_at as "finishedAt"`;

const waiting: readonly DeliveryState[] = ['pending', 'retrying'];

/** @param event the event, if it is in the log. Its id contains the version that the subscription is pinned to. */
export const toDelivery = (row: DeliveryRow, event?: LoggedEvent): Delivery => ({
  deliveryId: row.deliveryId,
  hookId: row.hookId,
  eventId: event ? renderEvent(event, row.typeVersion).id : row.eventId,
  type: row.type,
  sequence: row.position === null ? null : sequenceOf(Number(row.position)),
  state: row.state,
  trigger: row.trigger,
  attemptCount: row.attempts,
  nextAttemptAt: waiting.includes(row.state) ? row.nextAttemptAt.toISOString() : null,
  lastStatus: row.lastStatus,
  lastError: row.lastError,
  createdAt: row.createdAt.toISOString(),
  finishedAt: row.finishedAt?.toISOString() ?? null,
});
