import type pg from 'pg';
import { participantNames } from '../../contracts/participant/participants.js';
import type { SagaTimeline } from '../../contracts/saga/saga-state.js';
import type { Invariant } from '../chaos/invariants.js';

interface Archived {
  /** The table of a service. */
  table: string;
  /** Its name in the schema `soak`. */
  as: string;
  /** Its primary key, if invariants read everything that was ever in it. */
  key?: string;
}

const commands = participantNames.map((name) => ({ table: `"${name}".command`, as: `command_${name}` }));
/** Those with operations that may be decided once. */
const deciders = ['order', 'trip'];
const operations = deciders.map((name) => ({ table: `"${name}".operation`, as: `operation_${name}` }));
const archived: readonly Archived[] = [
  { table: 'events.log', as: 'log', key: 'position' },
  { table: 'saga.saga', as: 'saga', key: 'saga_id' },
  { table: 'saga.ended_timeline', as: 'ended_timeline', key: 'saga_id, run_id' },
  { table: 'notification.mail', as: 'mail', key: 'mail_id' },
  { table: 'notification.mailbox_message', as: 'mailbox_message', key: 'message_id' },
  ...operations,
  ...commands,
];
const whole = archived.filter(({ key }) => key !== undefined);

/**
 * Keeps what retention removes, with the time, so that the invariants can compare it with the world at the end. A trigger writes it in the
 * transaction that removes it: nothing of the system knows of it.
 */
export class Archive {
  constructor(private readonly database: pg.Pool) {}

  /** Call it before the load. */
  async open(): Promise<void> {
    await this.database.query('create schema soak');
    for (const { table, as } of archived)
      await this.database.query(`
        create table soak.gone_${as} as select *, null::timestamptz as gone_at from ${table} with no data;
        create function soak.keep_${as}() returns trigger language plpgsql security definer as
          $$ begin insert into soak.gone_${as} select *, clock_timestamp() from gone; return null; end $$;
        create trigger soak_keep after delete on ${table} referencing old table as gone
          for each statement execute function soak.keep_${as}();`);
    await this.database.query(
      `create view soak.gone_command as ${commands.map(({ as }) => `select *, '${as}' as participant from soak.gone_${as}`).join(' union all ')}`,
    );
  }

  /** How many rows retention has removed from a table. */
  async removed(as: string): Promise<number> {
    const { rows } = await this.database.query<{ count: string }>(`select count(*) from soak.gone_${as}`);
    return Number(rows[0]!.count);
  }

  /** Puts what is there and what was removed into one table of each kind. Call it when all is quiet. */
  async complete(): Promise<void> {
    for (const { table, as, key } of whole)
      await this.database.query(`
        drop table if exists soak.${as};
        create table soak.${as} as
          select distinct on (${key}) * from (select *, null::timestamptz as gone_at from ${table} union all select * from soak.gone_${as}) either
          order by ${key}, gone_at desc nulls first;
        create unique index on soak.${as} (${key});`);
    const operationsOf = (service: string) =>
      [`"${service}".operation`, `soak.gone_operation_${service}`].map(
        (from) => `select '${service}' as service, aggregate_id, command, operation_id as saga_id, mark as state from ${from}`,
      );
    await this.database.query(`
      drop table if exists soak.operation;
      create table soak.operation as ${deciders.flatMap(operationsOf).join(' union all ')};
      create index on soak.operation (service, aggregate_id);
      create unique index on soak.log (event_id);
      create index on soak.log (service, aggregate_type, aggregate_id, aggregate_version);
      analyze;`);
  }

  /** The sagas and their steps as the register has stored them: nothing else knows those that it has removed. */
  async sagas(): Promise<{ sagas: object[]; steps: object[] }> {
    const { rows } = await this.database.query<{
      sagaId: string;
      type: string;
      businessId: string;
      open: boolean;
      state: string;
      startedAt: Date;
      endedAt: Date | null;
      timeline: SagaTimeline | null;
    }>(
      `select s.saga_id as "sagaId", s.type, s.business_id as "businessId", s.open, s.state, s.started_at as "startedAt",
              s.ended_at as "endedAt", t.timeline
       from soak.saga s left join soak.ended_timeline t using (saga_id, run_id)`,
    );
    return {
      sagas: rows.map(({ open, timeline, ...saga }) => ({
        ...saga,
        temporalStatus: open ? 'RUNNING' : null,
        pastPivot: timeline?.pastPivot ?? null,
        held: timeline?.held ?? [],
        decided: timeline?.steps.some(({ resolutions = [] }) => resolutions.some(({ action }) => action !== 'retry')) ?? false,
      })),
      steps: rows.flatMap(({ sagaId, timeline }) =>
        (timeline?.steps ?? []).map(({ name, kind, state, compensates, error, resolutions }, position) => ({
          sagaId,
          position,
          name,
          kind,
          state,
          compensates: compensates ?? null,
          errorCode: error?.code ?? null,
          decisions: resolutions?.map(({ action }) => action) ?? [],
        })),
      ),
    };
  }
}

/** The invariant on everything that there ever was, instead of on what retention has left. */
export function ofEverything({ sql, ...invariant }: Invariant): Invariant {
  const tables = [...whole, { table: 'chaos.operation', as: 'operation' }];
  return {
    ...invariant,
    sql: tables.reduce(
      (text, { table, as }) => text.replaceAll(new RegExp(`\\b${table.replace('.', '\\.')}\\b`, 'g'), `soak.${as}`),
      sql,
    ),
  };
}
