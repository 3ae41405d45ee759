import { randomUUID } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import type { Delivery, DeliveryAttempt, DeliveryDetail, DeliveryState } from '../../../contracts/hook.resource.js';
import type { Page } from '../../../contracts/page.js';
import { EventLog } from '../../../libs/messaging/event-log.js';
import { decodeCursor, encodeCursor } from '../../../libs/service-kit/cursor.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import type { Clock } from '../../../libs/service-kit/clock.js';
import type { CommandKeys, KeyedCommand } from './command-keys.js';
import { deliveryColumns, type DeliveryRow, toDelivery } from './delivery.row.js';
import { cursorTime, type EndpointsService } from './endpoints.service.js';
import { isUuid } from './is-uuid.js';

export interface DeliveryFilter {
  state?: DeliveryState | undefined;
  limit: number;
  after?: string | undefined;
}

type AttemptRow = Omit<DeliveryAttempt, 'startedAt'> & { startedAt: Date };

/** What was sent to an endpoint, what it said, and what waits. */
export class DeliveriesService {
  constructor(
    private readonly database: Pool,
    private readonly endpoints: EndpointsService,
    private readonly keys: CommandKeys,
    private readonly clock: Clock,
  ) {}

  /** Deliveries, newest first. */
  async list(hookId: string, { state, limit, after }: DeliveryFilter): Promise<Page<Delivery>> {
    await this.endpoints.find(this.database, hookId);
    const [createdAt, deliveryId] = after === undefined ? [null, null] : decodeCursor(after, ['instant', 'uuid']);
    const { rows } = await this.database.query<DeliveryRow & { cursorAt: string }>(
      `select ${deliveryColumns}, ${cursorTime('delivery')} from delivery
       where hook_id = $1 and ($2::text is null or state = $2)
         and ($3::timestamptz is null or (created_at, delivery_id) < ($3, $4::uuid))
       order by created_at desc, delivery_id desc limit $5`,
      [hookId, state ?? null, createdAt, deliveryId, limit + 1],
    );
    const last = rows[limit - 1];
    return {
      items: await withEvents(this.database, rows.slice(0, limit)),
      next: rows.length > limit && last ? encodeCursor(last.cursorAt, last.deliveryId) : null,
    };
  }

  /** One delivery with everything that was said. @throws ProblemException 404 `DELIVERY_NOT_FOUND`. */
  async get(hookId: string, deliveryId: string): Promise<DeliveryDetail> {
    const delivery = await this.find(hookId, deliveryId);
    const { rows } = await this.database.query<AttemptRow>(
      `select number, started_at as "startedAt", duration_ms as "durationMs", status, error, detail, request_headers as "requestHeaders",
         response_headers as "responseHeaders", response_body as "responseBody" from attempt where delivery_id = $1 order by number`,
      [deliveryId],
    );
    const [shown] = await withEvents(this.database, [delivery]);
    return {
      ...shown!,
      attempts: rows.map(({ startedAt, ...attempt }) => ({ ...attempt, startedAt: startedAt.toISOString() })),
    };
  }

  /**
   * Queues the same event once more, as a delivery of its own, whatever became of the first. It keeps no order with others.
   * @throws ProblemException 404 `DELIVERY_NOT_FOUND`; 409 `HOOK_STATE_CONFLICT` while the endpoint is disabled.
   */
  async redeliver(hookId: string, deliveryId: string, command: KeyedCommand): Promise<Delivery> {
    await this.find(hookId, deliveryId);
    const now = this.clock.now();
    return this.keys.once(command, now, async (tx) => {
      const { state } = await this.endpoints.find(tx, hookId, 'for share');
      if (state === 'disabled' || state === 'pending')
        throw new ProblemException(409, 'HOOK_STATE_CONFLICT', `The hook ${hookId} is ${state}; enable it first (PATCH state).`);
      const { rows } = await tx.query<DeliveryRow>(
        `insert into delivery (hook_id, event_id, position, data, type, type_version, state, trigger, batch_id, next_attempt_at, created_at)
         select hook_id, event_id, position, data, type, type_version, $3, 'manual', $4, $5, $5 from delivery where hook_id = $1 and delivery_id = $2
         returning ${deliveryColumns}`,
        [hookId, deliveryId, state === 'paused' ? 'held' : 'pending', randomUUID(), now],
      );
      if (!rows[0]) throw notFound(hookId, deliveryId);
      const [queued] = await withEvents(tx, rows);
      return queued!;
    });
  }

  private async find(hookId: string, deliveryId: string): Promise<DeliveryRow> {
    await this.endpoints.find(this.database, hookId);
    const { rows } = isUuid(deliveryId)
      ? await this.database.query<DeliveryRow>(
          `select ${deliveryColumns} from delivery where hook_id = $1 and delivery_id = $2`,
          [hookId, deliveryId],
        )
      : { rows: [] };
    if (!rows[0]) throw notFound(hookId, deliveryId);
    return rows[0];
  }
}

/** Deliveries under the ids that their receivers read. */
async function withEvents(database: Pick<Pool | PoolClient, 'query'>, rows: DeliveryRow[]): Promise<Delivery[]> {
  const logged = rows.flatMap(({ position, eventId }) => (position === null ? [] : [eventId]));
  const events = await new EventLog(database).findAll([...new Set(logged)]);
  const byId = new Map(events.map((event) => [event.eventId, event]));
  return rows.map((row) => toDelivery(row, byId.get(row.eventId)));
}

const notFound = (hookId: string, deliveryId: string) =>
  new ProblemException(404, 'DELIVERY_NOT_FOUND', `The hook ${hookId} has no delivery ${deliveryId}.`);
