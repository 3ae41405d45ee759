import type { Pool } from 'pg';
import type { RecoverHook, Recovery } from '../../../contracts/hooks/hook.resource.js';
import { sql } from '../../../libs/database/sql.js';
import { EventLog } from '../../../libs/messaging/log/event-log.js';
import { holdLog } from '../../../libs/messaging/log/trim-lock.js';
import { sequenceOf } from '../../../libs/messaging/event/render-event.js';
import type { Clock } from '../../../libs/service-kit/clock.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import type { IdempotencyKeys, IdempotentCommand } from './idempotency-keys.js';
import { type EndpointsService, requireSendable } from './endpoints.service.js';
import { selectEvents } from './event-types.js';
import { isUuid } from './endpoint.row.js';

export interface RecoveryRow {
  recoveryId: string;
  hookId: string;
  state: Recovery['state'];
  queued: number;
  createdAt: Date;
  finishedAt: Date | null;
}

export const recoveryColumns = sql`recovery_id as "recoveryId", hook_id as "hookId", state, queued,
  created_at as "createdAt", finished_at as "finishedAt"`;

export const toRecovery = ({ createdAt, finishedAt, recoveryId, hookId, state, queued }: RecoveryRow): Recovery => ({
  recoveryId,
  hookId,
  state,
  queued,
  createdAt: createdAt.toISOString(),
  finishedAt: finishedAt?.toISOString() ?? null,
});

/** Starts recoveries and shows their progress. */
export class RecoveryRequests {
  constructor(
    private readonly database: Pool,
    private readonly endpoints: EndpointsService,
    private readonly keys: IdempotencyKeys,
    private readonly clock: Clock,
  ) {}

  /**
   * Starts to queue the events in the log since a point; `Recovery` shows the progress.
   * @throws ProblemException 409 `HOOK_STATE_CONFLICT`; 422 `DELIVERIES_TRIMMED` when the deliveries since then are no longer
   * kept, `EVENTS_TRIMMED` when some of the events are no longer in the log.
   */
  async recover(hookId: string, wanted: RecoverHook, command: IdempotentCommand): Promise<Recovery> {
    const selection = wanted.types && selectEvents(wanted.types);
    const onlyMissing = wanted.onlyMissing ?? true;
    const now = this.clock.now();
    return this.keys.once(command, now, async (tx) => {
      const endpoint = await this.endpoints.find(tx, hookId, 'for key share');
      requireSendable(endpoint);
      await holdLog(tx);
      const log = new EventLog(tx);
      const { floor } = await log.bounds();
      const from = await positionBefore(log, wanted.since);
      if (onlyMissing && Math.max(floor, from) < endpoint.trimmedPosition)
        throw deliveriesTrimmed(hookId, endpoint.trimmedPosition);
      if (from < floor) throw eventsTrimmed(hookId, floor);
      const to = wanted.until === undefined ? await log.head() : await positionBefore(log, wanted.until);
      const { rows } = await tx.query<RecoveryRow>(
        sql`insert into recovery (hook_id, position, to_position, exact_types, services, only_missing, created_at)
         values (${hookId}, ${from}, ${to}, ${selection?.exactTypes ?? null}, ${selection?.services ?? null}, ${onlyMissing},
           ${now})
         returning ${recoveryColumns}`,
      );
      return toRecovery(rows[0]!);
    });
  }

  /** @throws ProblemException 404 `RECOVERY_NOT_FOUND`. */
  async get(hookId: string, recoveryId: string): Promise<Recovery> {
    await this.endpoints.find(this.database, hookId);
    const { rows } = isUuid(recoveryId)
      ? await this.database.query<RecoveryRow>(
          sql`select ${recoveryColumns} from recovery where hook_id = ${hookId} and recovery_id = ${recoveryId}`,
        )
      : { rows: [] };
    if (!rows[0]) throw new ProblemException(404, 'RECOVERY_NOT_FOUND', `The hook ${hookId} has no recovery ${recoveryId}.`);
    return toRecovery(rows[0]);
  }
}

/** The last position before a point: a sequence or a time. */
async function positionBefore(log: EventLog, point: string): Promise<number> {
  return /^\d{20}$/.test(point) ? Math.max(0, Number(point) - 1) : log.before(new Date(point));
}

function deliveriesTrimmed(hookId: string, trimmed: number): ProblemException {
  const first = sequenceOf(trimmed + 1);
  const detail =
    `The deliveries to the hook ${hookId} of events up to sequence ${sequenceOf(trimmed)} are no longer kept, so it is not known which of ` +
    `them succeeded. Begin after them ("since": "${first}"), or send everything again ("onlyMissing": false).`;
  return new ProblemException(422, 'DELIVERIES_TRIMMED', detail, {
    errors: [{ pointer: '/since', detail: `must be ${first} or later` }],
  });
}

function eventsTrimmed(hookId: string, floor: number): ProblemException {
  const first = sequenceOf(floor + 1);
  const detail =
    `The log does not have all events since then any more, so they cannot all be sent to the hook ${hookId}. Begin with the oldest that it has ` +
    `("since": "${first}"), and read what is missing from the resources themselves.`;
  return new ProblemException(422, 'EVENTS_TRIMMED', detail, {
    errors: [{ pointer: '/since', detail: `must be ${first} or later` }],
  });
}
