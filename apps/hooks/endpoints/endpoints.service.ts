import type { Pool, PoolClient } from 'pg';
import type {
  ChangeHook,
  CreateHook,
  Delivery,
  Hook,
  HookCreated,
  RotateSecret,
  SecretRotated,
} from '../../../contracts/hooks/hook.resource.js';
import type { Page } from '../../../contracts/values/page.js';
import { boundedCount } from '../../../libs/database/bounded-count.js';
import { inTransaction } from '../../../libs/database/in-transaction.js';
import { raw, type Sql, sql } from '../../../libs/database/sql.js';
import { EventLog } from '../../../libs/messaging/log/event-log.js';
import { decodeCursor, encodeCursor } from '../../../libs/service-kit/cursor.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import type { Clock } from '../../../libs/service-kit/clock.js';
import type { EgressGuard } from '../egress/egress-guard.js';
import type { IdempotencyKeys, IdempotentCommand } from './idempotency-keys.js';
import { toDelivery } from './delivery.row.js';
import { endpointColumns, type EndpointRow, toHook, isUuid } from './endpoint.row.js';
import type { EndpointSecrets } from './endpoint-secrets.js';
import { selectEvents } from './event-types.js';
import { awaitVerification, queueChallenge, queueUnlogged } from './unlogged-deliveries.js';

const OVERLAP_SECONDS = 86_400;

/** The commands and queries of subscribers on endpoints. Every method throws 404 `HOOK_NOT_FOUND` for an unknown endpoint. */
export class EndpointsService {
  constructor(
    private readonly database: Pool,
    private readonly guard: EgressGuard,
    private readonly secrets: EndpointSecrets,
    private readonly keys: IdempotencyKeys,
    private readonly clock: Clock,
    private readonly hooksPerKey = Number.POSITIVE_INFINITY,
  ) {}

  /**
   * Creates an endpoint. Events from now on are sent to it, at once or after it has echoed its challenge.
   * @param owner the caller. The number of endpoints of one caller is limited.
   * @throws ProblemException 422 `UNKNOWN_EVENT_TYPE` or `HOOK_URL_REFUSED`; 409 `TOO_MANY_HOOKS`.
   */
  async create(hook: CreateHook, command: IdempotentCommand, owner = ''): Promise<HookCreated> {
    const { exactTypes, services, versionPins } = selectEvents(hook.types);
    await this.requireAllowedUrl(hook.url);
    const now = this.clock.now();
    return this.keys.once(command, now, async (tx) => {
      await this.requireQuota(tx, owner);
      const { rows } = await tx.query<EndpointRow>(
        sql`insert into endpoint (url, description, state, types, exact_types, services, version_pins, content_mode, ordered,
           max_in_flight, rate_per_second, timeout_ms, start_position, created_at, updated_at, proof, owner)
         values (${hook.url}, ${hook.description ?? null}, ${hook.verify ? 'pending' : 'enabled'}, ${hook.types}, ${exactTypes},
           ${services}, ${versionPins}, ${hook.contentMode ?? 'structured'}, ${hook.ordered ?? true}, ${hook.maxInFlight ?? 10},
           ${hook.ratePerSecond ?? null}, ${hook.timeoutMs ?? 15_000}, ${await new EventLog(tx).head()}, ${now}, ${now},
           ${hook.verify ? 'needed' : 'none'}, ${owner}) returning ${endpointColumns()}`,
      );
      const row = rows[0]!;
      const secret = await this.secrets.add(tx, row.hookId, now);
      if (hook.verify) await queueUnlogged(tx, row.hookId, 'verify', now);
      return { ...toHook(row, now), secret };
    });
  }

  /** Endpoints, oldest first. */
  async list({ limit, after }: { limit: number; after?: string | undefined }): Promise<Page<Hook>> {
    const [createdAt, hookId] = after === undefined ? [null, null] : decodeCursor(after, ['instant', 'uuid']);
    const { rows } = await this.database.query<EndpointRow & { cursorAt: string }>(
      sql`select ${endpointColumns()}, ${cursorTime('endpoint')} from endpoint
       where ${createdAt === null ? sql`true` : sql`(created_at, hook_id) > (${createdAt}::timestamptz, ${hookId}::uuid)`}
       order by created_at, hook_id limit ${limit + 1}`,
    );
    const last = rows[limit - 1];
    const now = this.clock.now();
    return {
      items: rows.slice(0, limit).map((row) => toHook(row, now)),
      next: rows.length > limit && last ? encodeCursor(last.cursorAt, last.hookId) : null,
    };
  }

  async get(hookId: string): Promise<Hook> {
    return toHook(await this.find(this.database, hookId), this.clock.now());
  }

  /**
   * Changes the given fields. A type that stays keeps its pinned version, unless another is named. Waiting deliveries of a
   * removed type are cancelled. Pausing holds waiting deliveries, and enabling releases them. If the endpoint was verified, a new
   * URL has to be verified as well: waiting deliveries are held until then.
   * @throws ProblemException 422 as `create`; 409 `HOOK_STATE_CONFLICT` while the endpoint has not echoed its challenge.
   */
  async change(hookId: string, change: ChangeHook): Promise<Hook> {
    if (change.url !== undefined) await this.requireAllowedUrl(change.url);
    const now = this.clock.now();
    return inTransaction(this.database, async (tx) => {
      const before = await this.find(tx, hookId, 'for no key update');
      if (change.state && before.state === 'pending') throw verificationPending(hookId);
      const urlChanges = change.url !== undefined && change.url !== before.url;
      const proof = urlChanges && before.proof === 'given' ? 'needed' : before.proof;
      await tx.query(
        sql`update endpoint set url = ${change.url ?? before.url},
           description = ${change.description === undefined ? before.description : change.description},
           content_mode = ${change.contentMode ?? before.contentMode}, ordered = ${change.ordered ?? before.ordered},
           max_in_flight = ${change.maxInFlight ?? before.maxInFlight},
           rate_per_second = ${change.ratePerSecond === undefined ? before.ratePerSecond : change.ratePerSecond},
           timeout_ms = ${change.timeoutMs ?? before.timeoutMs}, version = version + 1, updated_at = ${now}, proof = ${proof}
         where hook_id = ${hookId}`,
      );
      if (change.types) {
        const { exactTypes, services, versionPins } = selectEvents(change.types, before.versionPins);
        await tx.query(
          sql`update endpoint set types = ${change.types}, exact_types = ${exactTypes}, services = ${services},
           version_pins = ${versionPins} where hook_id = ${hookId}`,
        );
        await tx.query(
          sql`update delivery set state = 'cancelled', last_error = 'type_removed', finished_at = ${now}
           where hook_id = ${hookId} and state in ('pending', 'retrying', 'held') and trigger in ('auto', 'recover')
             and not (type = any(${exactTypes}) or '*' = any(${services}) or split_part(type, '.', 1) = any(${services}))`,
        );
      }
      // A delivery that was postponed behind an earlier event may have no earlier event now.
      if (change.types || change.ordered !== undefined)
        await tx.query(
          sql`update delivery set next_attempt_at = ${now} where hook_id = ${hookId} and state = 'pending'
           and next_attempt_at > ${now} and partition_key is not null`,
        );
      if (change.state && change.state !== before.state) await this.changeState(tx, before, change.state, now);
      const state = change.state ?? before.state;
      if (proof === 'needed' && (state === 'enabled' || state === 'paused')) await awaitVerification(tx, hookId, state, now);
      else if (urlChanges && state === 'pending') await queueChallenge(tx, hookId, now);
      return toHook(await this.find(tx, hookId), now);
    });
  }

  /** Deletes an endpoint with its secrets, deliveries and attempts. A request in flight is not cancelled. */
  async remove(hookId: string): Promise<void> {
    requireUuid(hookId);
    const { rowCount } = await this.database.query(sql`delete from endpoint where hook_id = ${hookId}`);
    if (!rowCount) throw notFound(hookId);
  }

  /** Creates a new secret. Older secrets also sign for a while, so that receivers have time to change. */
  async rotateSecret(
    hookId: string,
    { expireAfterSeconds = OVERLAP_SECONDS }: RotateSecret,
    command: IdempotentCommand,
  ): Promise<SecretRotated> {
    const now = this.clock.now();
    return this.keys.once(command, now, async (tx) => {
      await this.find(tx, hookId, 'for no key update');
      const previousExpireAt = new Date(now.getTime() + expireAfterSeconds * 1_000);
      await this.secrets.expire(tx, hookId, previousExpireAt);
      return { hookId, secret: await this.secrets.add(tx, hookId, now), previousExpireAt: previousExpireAt.toISOString() };
    });
  }

  /** Sends a test event: a normal delivery, whatever the state of the endpoint. */
  async test(hookId: string, command: IdempotentCommand): Promise<Delivery> {
    const { url } = await this.find(this.database, hookId);
    await this.requireAllowedUrl(url);
    const now = this.clock.now();
    return this.keys.once(command, now, async (tx) => {
      await this.find(tx, hookId, 'for key share');
      return toDelivery(await queueUnlogged(tx, hookId, 'test', now));
    });
  }

  /**
   * Sends another challenge to an endpoint under verification. Earlier challenges become invalid.
   * @throws ProblemException 409 `HOOK_STATE_CONFLICT` when the endpoint needs no verification.
   */
  async verify(hookId: string, command: IdempotentCommand): Promise<Delivery> {
    const { url } = await this.find(this.database, hookId);
    await this.requireAllowedUrl(url);
    const now = this.clock.now();
    return this.keys.once(command, now, async (tx) => {
      const { state } = await this.find(tx, hookId, 'for no key update');
      if (state !== 'pending')
        throw new ProblemException(409, 'HOOK_STATE_CONFLICT', `The hook ${hookId} is ${state}: it needs no verification.`);
      return toDelivery(await queueChallenge(tx, hookId, now));
    });
  }

  /** The endpoint's row. @throws ProblemException 404 `HOOK_NOT_FOUND`. */
  async find(database: Pick<Pool | PoolClient, 'query'>, hookId: string, lock: RowLock = ''): Promise<EndpointRow> {
    requireUuid(hookId);
    const { rows } = await database.query<EndpointRow>(
      sql`select ${endpointColumns()} from endpoint where hook_id = ${hookId} ${raw(lock)}`,
    );
    if (!rows[0]) throw notFound(hookId);
    return rows[0];
  }

  private async changeState(tx: PoolClient, before: EndpointRow, state: 'enabled' | 'paused', now: Date): Promise<void> {
    const { hookId } = before;
    await tx.query(sql`update endpoint set state = ${state}, disabled_reason = null where hook_id = ${hookId}`);
    if (before.state === 'disabled') {
      // Events of the meantime are not sent, unless a recovery is requested.
      await tx.query(sql`update endpoint set start_position = ${await new EventLog(tx).head()} where hook_id = ${hookId}`);
    }
    if (state === 'enabled') {
      // The failure counters start again: the time in which nothing was sent does not count.
      await tx.query(
        sql`update endpoint set breaker_failures = 0, breaker_opened = 0, breaker_until = null, throttled_until = null,
         failing_since = null, failures = 0, warned_percent = 0 where hook_id = ${hookId}`,
      );
    }
    const [from, to] = state === 'paused' ? [['pending', 'retrying'], 'held'] : [['held'], 'pending'];
    await tx.query(
      sql`update delivery set state = ${to}, next_attempt_at = case when ${to} = 'pending' then ${now} else next_attempt_at end
       where hook_id = ${hookId} and state = any(${from}) and trigger not in ('test', 'verify')`,
    );
  }

  /** @throws ProblemException 409 `TOO_MANY_HOOKS`. */
  private async requireQuota(tx: PoolClient, owner: string): Promise<void> {
    if (this.hooksPerKey === Number.POSITIVE_INFINITY) return;
    // Of two concurrent requests the second counts the hook of the first.
    await tx.query(sql`select pg_advisory_xact_lock(hashtextextended(${`hooks of ${owner}`}, 1))`);
    const { rows } = await tx.query<{ hooks: number }>(
      sql`select ${boundedCount(sql`endpoint where owner = ${owner}`, this.hooksPerKey)} as hooks`,
    );
    if (rows[0]!.hooks < this.hooksPerKey) return;
    const whose = owner === '' ? 'There are' : `The API key of ${owner} has made`;
    throw new ProblemException(
      409,
      'TOO_MANY_HOOKS',
      `${whose} ${this.hooksPerKey} hooks, which is the limit (HOOKS_PER_KEY). Delete one first (DELETE /v1/hooks/{hookId}).`,
    );
  }

  private async requireAllowedUrl(url: string): Promise<void> {
    const urlProblem = await this.guard.urlProblem(url);
    if (urlProblem !== undefined)
      throw new ProblemException(422, 'HOOK_URL_REFUSED', `The URL of a hook ${urlProblem}.`, {
        errors: [{ pointer: '/url', detail: urlProblem }],
      });
  }
}

/** What a reader of a row keeps others from doing with it until the transaction ends. */
type RowLock = '' | 'for share' | 'for key share' | 'for no key update';

function requireUuid(hookId: string): void {
  if (!isUuid(hookId)) throw notFound(hookId);
}

const notFound = (hookId: string) => new ProblemException(404, 'HOOK_NOT_FOUND', `There is no hook ${hookId}.`);

/** @throws ProblemException 409 `HOOK_STATE_CONFLICT` when the endpoint is disabled or not verified yet. */
export function requireSendable({ hookId, state }: Pick<EndpointRow, 'hookId' | 'state'>): void {
  if (state === 'disabled')
    throw new ProblemException(409, 'HOOK_STATE_CONFLICT', `The hook ${hookId} is disabled; enable it first (PATCH state).`);
  if (state === 'pending') throw verificationPending(hookId);
}

const verificationPending = (hookId: string) =>
  new ProblemException(
    409,
    'HOOK_STATE_CONFLICT',
    `The hook ${hookId} waits for the echo of its challenge; POST /v1/hooks/${hookId}/verify sends another one.`,
  );

/** A time with microseconds, for a cursor. A JavaScript date has milliseconds only. */
export const cursorTime = (table: string): Sql =>
  sql`to_char(${raw(table)}.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "cursorAt"`;
