import { randomUUID } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import type {
  Delivery,
  DeliveryAttempt,
  DeliveryDetail,
  DeliveryListQuery,
  RedeliverDeliveries,
  Redelivered,
} from '../../../contracts/hooks/hook.resource.js';
import type { Page, PageQuery } from '../../../contracts/values/page.js';
import { boundedCount } from '../../../libs/database/bounded-count.js';
import { ifGiven, raw, type Sql, sql } from '../../../libs/database/sql.js';
import { EventLog } from '../../../libs/messaging/log/event-log.js';
import { holdLog } from '../../../libs/messaging/log/trim-lock.js';
import { decodeCursor, encodeCursor } from '../../../libs/service-kit/cursor.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import type { Clock } from '../../../libs/service-kit/clock.js';
import type { IdempotencyKeys, IdempotentCommand } from './idempotency-keys.js';
import { deliveryColumns, type DeliveryRow, toDelivery } from './delivery.row.js';
import { cursorTime, type EndpointsService, requireSendable } from './endpoints.service.js';
import { isUuid } from './endpoint.row.js';

/** How many deliveries one call reads for redelivery. */
const REDELIVERED_AT_ONCE = 1_000;
/** While more deliveries wait for an endpoint, bulk redelivery is refused. */
const MAX_WAITING = 10_000;

type AttemptRow = Omit<DeliveryAttempt, 'startedAt'> & { startedAt: Date };

/** The deliveries of an endpoint with their attempts. */
export class DeliveriesService {
  constructor(
    private readonly database: Pool,
    private readonly endpoints: EndpointsService,
    private readonly keys: IdempotencyKeys,
    private readonly clock: Clock,
  ) {}

  /** Deliveries, newest first. */
  async list(hookId: string, { state, limit, after }: DeliveryListQuery): Promise<Page<Delivery>> {
    await this.endpoints.find(this.database, hookId);
    const older = olderThan(after);
    const { rows } = await this.database.query<DeliveryRow & { cursorAt: string }>(
      sql`select ${deliveryColumns}, ${cursorTime('delivery')} from delivery
       where hook_id = ${hookId} and ${ifGiven(state, sql`state = ${state}`)}
         and ${older}
       order by created_at desc, delivery_id desc limit ${limit + 1}`,
    );
    return pageOf(this.database, rows, limit);
  }

  /** One delivery with its attempts. @throws ProblemException 404 `DELIVERY_NOT_FOUND`. */
  async get(hookId: string, deliveryId: string): Promise<DeliveryDetail> {
    const delivery = await this.find(hookId, deliveryId);
    const { rows } = await this.database.query<AttemptRow>(
      sql`select number, started_at as "startedAt", duration_ms as "durationMs", status, error, detail,
         request_headers as "requestHeaders", response_headers as "responseHeaders", response_body as "responseBody"
       from attempt where delivery_id = ${deliveryId} order by number`,
    );
    const [shown] = await withEvents(this.database, [delivery]);
    return {
      ...shown!,
      attempts: rows.map(({ startedAt, ...attempt }) => ({ ...attempt, startedAt: startedAt.toISOString() })),
    };
  }

  /**
   * Queues the same event again as a new delivery, whatever the outcome of the first. It keeps no order.
   * @throws ProblemException 404 `DELIVERY_NOT_FOUND`, `EVENT_NOT_FOUND` when the log has trimmed the event; 409
   * `HOOK_STATE_CONFLICT` while the endpoint is disabled.
   */
  async redeliver(hookId: string, deliveryId: string, command: IdempotentCommand): Promise<Delivery> {
    await this.find(hookId, deliveryId);
    const now = this.clock.now();
    return this.keys.once(command, now, async (tx) => {
      const endpoint = await this.endpoints.find(tx, hookId, 'for share');
      requireSendable(endpoint);
      await holdLog(tx);
      const { rows } = await tx.query<DeliveryRow>(
        sql`insert into delivery (hook_id, event_id, position, data, type, type_version, state, trigger, batch_id,
           next_attempt_at, created_at)
         select hook_id, event_id, position, data, type, type_version, ${endpoint.state === 'paused' ? 'held' : 'pending'},
           'manual', ${randomUUID()}, ${now}, ${now} from delivery
         where hook_id = ${hookId} and delivery_id = ${deliveryId} and ${isKept('delivery')}
         returning ${deliveryColumns}`,
      );
      if (!rows[0])
        throw new ProblemException(
          404,
          'EVENT_NOT_FOUND',
          `The event of delivery ${deliveryId} is no longer in the log, so it cannot be sent again.`,
        );
      const [queued] = await withEvents(tx, rows);
      return queued!;
    });
  }

  /**
   * Queues the deliveries of an endpoint in one state again: one bounded page, newest first. A later page never includes
   * deliveries that it queued.
   * @throws ProblemException 409 `HOOK_STATE_CONFLICT` while nothing is sent to the endpoint, `TOO_MANY_DELIVERIES` while too
   * many wait for it.
   */
  async redeliverAll(hookId: string, wanted: RedeliverDeliveries, command: IdempotentCommand): Promise<Redelivered> {
    const older = olderThan(wanted.after);
    const now = this.clock.now();
    return this.keys.once(command, now, async (tx) => {
      const endpoint = await this.endpoints.find(tx, hookId, 'for share');
      requireSendable(endpoint);
      await requireShortQueue(tx, hookId);
      await holdLog(tx);
      const { rows } = await tx.query<{ queued: number; examined: number; cursorAt: string | null; lastId: string | null }>(
        sql`with page as materialized (
           select delivery_id, event_id, position, data, type, type_version, created_at from delivery
           where hook_id = ${hookId} and state = ${wanted.state}
             and ${older}
             and ${ifGiven(wanted.createdFrom, sql`created_at >= ${wanted.createdFrom}`)}
             and ${ifGiven(wanted.createdBefore, sql`created_at < ${wanted.createdBefore}`)}
             and trigger not in ('test', 'verify')
           order by created_at desc, delivery_id desc limit ${REDELIVERED_AT_ONCE}
         ), queued as (
           insert into delivery (hook_id, event_id, position, data, type, type_version, state, trigger, batch_id, next_attempt_at,
             created_at)
           select ${hookId}, event_id, position, data, type, type_version, ${endpoint.state === 'paused' ? 'held' : 'pending'},
             'manual', ${randomUUID()}, ${now}, ${now} from page
           where ${ifGiven(wanted.types, sql`type = any(${wanted.types}::text[])`)} and ${isKept('page')}
             and (${wanted.state} = 'succeeded' or (
               select true from delivery d where d.hook_id = ${hookId} and d.event_id = page.event_id
                 and d.state in ('succeeded', 'pending', 'sending', 'retrying', 'held') limit 1) is null)
           on conflict do nothing returning 1
         ), last as (
           select delivery_id, created_at from page order by created_at, delivery_id limit 1
         )
         select (select count(*)::int from queued) as queued, (select count(*)::int from page) as examined,
           (select ${cursorTime('last')} from last), (select delivery_id from last) as "lastId"`,
      );
      const { queued, examined, cursorAt, lastId } = rows[0]!;
      const more = examined === REDELIVERED_AT_ONCE && cursorAt !== null && lastId !== null;
      return { queued, next: more ? encodeCursor(cursorAt, lastId) : null };
    });
  }

  /**
   * The deliveries of an event to all endpoints, newest first.
   * @param eventId of any of its versions.
   * @throws ProblemException 404 `EVENT_NOT_FOUND` when it is not in the log and has no deliveries.
   */
  async ofEvent(eventId: string, { limit, after }: PageQuery): Promise<Page<Delivery>> {
    const occurrence = eventId.replace(/-v[1-9]\d{0,3}$/, '');
    const older = olderThan(after);
    const { rows } = isUuid(occurrence)
      ? await this.database.query<DeliveryRow & { cursorAt: string }>(
          sql`select ${deliveryColumns}, ${cursorTime('delivery')} from delivery
           where event_id = ${occurrence} and ${older}
           order by created_at desc, delivery_id desc limit ${limit + 1}`,
        )
      : { rows: [] };
    if (rows.length === 0 && !(isUuid(occurrence) && (await new EventLog(this.database).find(occurrence))))
      throw new ProblemException(404, 'EVENT_NOT_FOUND', 'There is no event of this id, or it is no longer kept.');
    return pageOf(this.database, rows, limit);
  }

  private async find(hookId: string, deliveryId: string): Promise<DeliveryRow> {
    await this.endpoints.find(this.database, hookId);
    const { rows } = isUuid(deliveryId)
      ? await this.database.query<DeliveryRow>(
          sql`select ${deliveryColumns} from delivery where hook_id = ${hookId} and delivery_id = ${deliveryId}`,
        )
      : { rows: [] };
    if (!rows[0]) throw notFound(hookId, deliveryId);
    return rows[0];
  }
}

async function pageOf(
  database: Pick<Pool, 'query'>,
  rows: (DeliveryRow & { cursorAt: string })[],
  limit: number,
): Promise<Page<Delivery>> {
  const last = rows[limit - 1];
  return {
    items: await withEvents(database, rows.slice(0, limit)),
    next: rows.length > limit && last ? encodeCursor(last.cursorAt, last.deliveryId) : null,
  };
}

/** The deliveries after a cursor in a list that shows the newest first; without one, all. */
function olderThan(cursor: string | undefined): Sql {
  if (cursor === undefined) return sql`true`;
  const [createdAt, deliveryId] = decodeCursor(cursor, ['instant', 'uuid']);
  return sql`(created_at, delivery_id) < (${createdAt}::timestamptz, ${deliveryId}::uuid)`;
}

/** Whether the event of a delivery can still be rendered. A test has no event in the log. */
const isKept = (delivery: string): Sql =>
  sql`(${raw(delivery)}.position is null or exists (select from events.log l where l.position = ${raw(delivery)}.position))`;

/** @throws ProblemException 409 `TOO_MANY_DELIVERIES`: the queue must stay short. */
async function requireShortQueue(tx: PoolClient, hookId: string): Promise<void> {
  const waiting = boundedCount(sql`delivery where hook_id = ${hookId} and state in ('pending', 'retrying', 'held')`, MAX_WAITING);
  const { rows } = await tx.query<{ waiting: number }>(sql`select ${waiting} as waiting`);
  if (rows[0]!.waiting >= MAX_WAITING)
    throw new ProblemException(
      409,
      'TOO_MANY_DELIVERIES',
      `${MAX_WAITING} deliveries or more wait for the hook ${hookId}. Continue when fewer wait.`,
    );
}

/** Deliveries with the event ids that receivers see. */
async function withEvents(database: Pick<Pool | PoolClient, 'query'>, rows: DeliveryRow[]): Promise<Delivery[]> {
  const logged = rows.flatMap(({ position, eventId }) => (position === null ? [] : [eventId]));
  const events = await new EventLog(database).findAll([...new Set(logged)]);
  const byId = new Map(events.map((event) => [event.eventId, event]));
  return rows.map((row) => toDelivery(row, byId.get(row.eventId)));
}

const notFound = (hookId: string, deliveryId: string) =>
  new ProblemException(404, 'DELIVERY_NOT_FOUND', `The hook ${hookId} has no delivery ${deliveryId}.`);
