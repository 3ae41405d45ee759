import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { participantNames, reservationParticipants } from '../../contracts/participant/participants.js';
import { tripPartNames, tripPartTable } from '../../contracts/trip/trip-part.js';
import type { Saga } from '../../contracts/saga/saga.resource.js';
import { searchAttributeNames } from '../../contracts/saga/search-attribute-names.js';
import { services } from '../../libs/database/services.js';
import type { ChaosSystem } from './chaos-system.js';
import type { Client } from './client.js';
import type { Diary } from './diary.js';
import type { ReceivedEvent } from './followers.js';

const tellers = services.filter((service) => !['events', 'notification', 'projection'].includes(service));
const listeners = ['saga', 'notification', 'projection'] as const;

/** The rows of the table that each of these services has, with the service's name. */
const ofEach = (names: readonly string[], table: string): string =>
  names.map((name) => `select '${name}' as service, * from "${name}".${table}`).join(' union all ');

/**
 * The observations of the clients, in a schema of their own beside those of the services. So an invariant can compare both in one
 * statement.
 */
const tables = `
  drop schema if exists chaos cascade;
  create schema chaos;
  -- Every request that a client has sent: status is null where nothing came back.
  create table chaos.sent (life text, request int, route text, key text, sending text, status int, code text, resource_id text, saga_id text, at timestamptz, ms int);
  -- What operators have done to sagas.
  create table chaos.deed (saga_id text, kind text, outcome text, at timestamptz);
  -- Each saga as the API shows it and as its newest run stands in Temporal; null where the one or the other does not know it.
  create table chaos.saga (saga_id text primary key, type text, business_id text, temporal_status text, state text, past_pivot boolean, held text[], decided boolean, started_at timestamptz, ended_at timestamptz);
  create table chaos.step (saga_id text, position int, name text, kind text, state text, compensates text, error_code text, decisions text[]);
  -- What a webhook that always answers, and a reader by cursor, have got; repeats included, in the order in which it came.
  create table chaos.received (follower text, number int, occurrence_id uuid, position bigint, data jsonb);
  create index on chaos.sent (resource_id);
  create index on chaos.deed (saga_id);
  create index on chaos.step (saga_id);
  create index on chaos.received (occurrence_id);
  create table chaos.hook (hook_id uuid, follower text);
  -- Orders and trips of which an operator has said that something is to stay as it is: they need not add up.
  create view chaos.left_as_it_is as select distinct business_id from chaos.saga where decided and business_id is not null;

  -- What several services have, in one place.
  create view chaos.reservation as ${ofEach(reservationParticipants, 'reservation')};
  create view chaos.reservation_item as ${ofEach(reservationParticipants, 'reservation_item')};
  create view chaos.allotment as ${ofEach(reservationParticipants, 'allotment')};
  create view chaos.command as ${ofEach(participantNames, 'command')};
  create view chaos.outbox as ${ofEach(tellers, 'outbox')};
  create view chaos.outbox_dead as ${ofEach(tellers, 'outbox_dead')};
  create view chaos.inbox_dead as ${ofEach(listeners, 'inbox_dead')};
  -- What lasts for several steps of a saga, with the saga that it is locked for meanwhile.
  create view chaos.operation as
    select 'order' as service, aggregate_id, command, operation_id as saga_id, mark as state from "order".operation
    union all select 'trip', aggregate_id, command, operation_id, mark from trip.operation;
  create view chaos.lock as
    select 'order' as service, order_id as id, state, locked_by as saga_id, command_count from "order".orders
    union all select 'trip', trip_id, state, locked_by, command_count from trip.trip;
  -- Each item of a part of a trip, as the trip service has it. The first of its dates is the day on which it begins.
  create view chaos.trip_item as
    select trip_id, part.service, item ->> 'reservationId' as reservation_id, item ->> 'state' as state,
      (select min(value) from jsonb_each_text(item) where value ~ '^\\d{4}-\\d\\d-\\d\\d$') as first_day
    from trip.trip
      cross join (values ${tripPartNames.map((name) => `('${name}', '${tripPartTable[name].participant}')`).join(', ')}) part (name, service)
      cross join jsonb_path_query(parts, ('$.' || part.name || '[*]')::jsonpath) item;
  -- Each thing that has a version of its own, with how it stands.
  create view chaos.aggregate as
    select 'order' as service, 'order' as type, order_id as id, state, version from "order".orders
    union all select 'trip', 'trip', trip_id, state, version from trip.trip
    union all select 'payment', 'payment', payment_id, state, version from payment.payment
    union all select 'saga', 'saga', saga_id, state, version from saga.saga
    union all select service, 'reservation', trip_id, state, version from chaos.reservation
    union all select 'customer', 'customer', customer_id, null, 1 + count(sequence)
      from customer.customer left join customer.ledger_entry using (customer_id) group by customer_id;`;

const BATCH = 2_000;
/** How many sagas are read at once. */
const READERS = 6;
/** How often one is looked at that shows no steps. */
const LOOKS = 5;

export interface Seen {
  diary: Diary;
  received: Readonly<Record<string, readonly ReceivedEvent[]>>;
  hooks: Readonly<Record<string, string>>;
  /** Where the sagas are read; from Temporal and the API unless it is given. */
  readSagas?: () => Promise<{ sagas: object[]; steps: object[] }>;
}

/** Writes down what was seen. Called when all is quiet; what was written before is replaced. */
export async function writeDown(system: ChaosSystem, client: Client, { diary, received, hooks, readSagas }: Seen): Promise<void> {
  const { database } = system;
  await database.query(tables);
  await insert(database, 'sent', diary.sent);
  await insert(database, 'deed', diary.deeds);
  await insert(
    database,
    'hook',
    Object.entries(hooks).map(([follower, hookId]) => ({ hookId, follower })),
  );
  for (const [follower, events] of Object.entries(received))
    await insert(
      database,
      'received',
      events.map((event, number) => ({ follower, number, ...event })),
    );
  const { sagas, steps } = await (readSagas?.() ?? sagasNow(system, client, diary));
  await insert(database, 'saga', sagas);
  await insert(database, 'step', steps);
  await database.query('analyze'); // what the services' tables hold has come in minutes
}

/** Each field goes into the column of its name, in snake case. */
async function insert(database: pg.Pool, table: string, rows: readonly object[]): Promise<void> {
  const [first] = rows;
  if (!first) return;
  const columns = Object.keys(first).map((name) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
  const named = rows.map((row) =>
    Object.fromEntries(Object.values(row).map((value: unknown, index) => [columns[index]!, value])),
  );
  for (let from = 0; from < named.length; from += BATCH)
    await database.query(
      `insert into chaos.${table} (${columns.join(', ')})
       select ${columns.join(', ')} from jsonb_populate_recordset(null::chaos.${table}, $1::jsonb)`,
      [JSON.stringify(named.slice(from, from + BATCH))],
    );
}

async function sagasNow({ temporal, database }: ChaosSystem, client: Client, diary: Diary) {
  const statuses = new Map<string, { status: string; startTime: Date }>();
  for await (const { workflowId, status, startTime } of temporal.workflow.list({
    query: `${searchAttributeNames.sagaType} IS NOT NULL`,
  })) {
    const known = statuses.get(workflowId);
    if (!known || known.startTime < startTime) statuses.set(workflowId, { status: status.name, startTime });
  }
  const { rows } = await database.query<{ saga_id: string }>('select saga_id from saga.saga');
  const accepted = diary.sent.flatMap(({ sagaId }) => (sagaId === null ? [] : [sagaId]));
  const ids = new Set([...statuses.keys(), ...rows.map(({ saga_id: id }) => id), ...accepted]);
  const sagas: object[] = [];
  const steps: object[] = [];
  const readOne = async (sagaId: string) => {
    const saga = await readSaga(client, sagaId);
    const decisions = saga?.steps.flatMap(({ resolutions = [] }) => resolutions) ?? [];
    sagas.push({
      sagaId,
      type: saga?.type ?? null,
      businessId: saga?.businessId ?? null,
      temporalStatus: statuses.get(sagaId)?.status ?? null,
      state: saga?.state ?? null,
      pastPivot: saga?.pastPivot ?? null,
      held: saga?.held ?? [],
      decided: decisions.some(({ action }) => action !== 'retry') || wasDecided(diary, sagaId),
      startedAt: saga?.startedAt ?? null,
      endedAt: saga?.endedAt ?? null,
    });
    for (const [position, step] of saga?.steps.entries() ?? [])
      steps.push({
        sagaId,
        position,
        name: step.name,
        kind: step.kind,
        state: step.state,
        compensates: step.compensates ?? null,
        errorCode: step.error?.code ?? null,
        decisions: step.resolutions?.map(({ action }) => action) ?? [],
      });
  };
  const left = [...ids];
  const reader = async () => {
    for (let sagaId = left.pop(); sagaId !== undefined; sagaId = left.pop()) await readOne(sagaId);
  };
  await Promise.all(Array.from({ length: READERS }, reader));
  return { sagas, steps };
}

/** The worker reports the steps, and a busy worker may report them late. */
async function readSaga(client: Client, sagaId: string): Promise<Saga | undefined> {
  for (let tries = 1; ; tries++) {
    const read = await client.retry('GET', `/v1/sagas/${sagaId}`);
    const saga = read?.status === 200 ? (read.body as unknown as Saga) : undefined;
    if (!saga || saga.steps.length > 0 || tries === LOOKS) return saga;
    await delay(500);
  }
}

/** Also in a run that is not the newest any more. */
const wasDecided = ({ deeds }: Diary, sagaId: string): boolean =>
  deeds.some(
    (deed) => deed.sagaId === sagaId && (deed.kind === 'skip' || deed.kind === 'done') && !deed.outcome.endsWith(' 409'),
  );
