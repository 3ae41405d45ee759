import type pg from 'pg';
import { participantNames } from '../../contracts/participants.js';

/** How many rows each growing table is given. */
export const ROWS = 200_000;

/** A table, with how its n-th row is made. Times lie a second apart, the newest a second ago. */
interface Filling {
  table: string;
  columns: Record<string, string>;
}

const at = `now() - n * interval '1 second'`;
const customer = `'GROWTH-' || n % 1000`;
const reservers = ['hotel', 'flight', 'car', 'rail'] as const;
const resources = { hotel: 'HOTEL-ASTORIA', flight: 'FLIGHT-AMS-BER', car: '', rail: 'TRAIN-AMS-BER' };
const consumers = { notification: ['notification'], saga: ['bridge'], projection: ['customer-orders.1', 'saga-list.1'] };

/** An event as an inbox keeps it. */
const event = `json_build_object('eventId', gen_random_uuid(), 'position', n, 'service', 'payment', 'type', 'payment.captured', 'typeVersion', 1,
  'aggregateType', 'payment', 'aggregateId', 'growth-' || n, 'aggregateVersion', 1, 'subject', 'growth-' || n, 'occurredAt', now(),
  'recordedAt', now(), 'data', '{}')::text`;

const fact = {
  event_id: 'gen_random_uuid()',
  type: `'payment.captured'`,
  type_version: '1',
  aggregate_type: `'payment'`,
  aggregate_id: `'growth-' || n`,
  aggregate_version: '1',
  subject: `'growth-' || n`,
  occurred_at: at,
  data: `'{}'`,
};

const fillings: readonly Filling[] = [
  ...participantNames.map((service) => ({
    table: `"${service}".command`,
    columns: { key: `'growth-' || n`, operation: `'growth'`, fingerprint: `''`, status: '200', answer: `'{}'`, created_at: at },
  })),
  ...(['order', 'trip'] as const).map((service) => ({
    table: `"${service}".operation`,
    columns: { aggregate_id: `'growth-' || n`, command: `'growth'`, operation_id: `'growth-' || n`, mark: `'CONFIRMED'` },
  })),
  {
    table: '"order".orders',
    columns: {
      order_id: `'growth-' || n`,
      customer_id: customer,
      state: `case when n % 5000 = 0 then 'CANCELLED' else 'APPROVED' end`,
      lines: `'[]'`,
      total: '100',
      currency: `'EUR'`,
      operation_id: `'create-order:growth-' || n`,
      version: '1',
      created_at: at,
      updated_at: at,
    },
  },
  {
    table: 'trip.trip',
    columns: {
      trip_id: `'growth-' || n`,
      customer_id: customer,
      state: `case when n % 5000 = 0 then 'FAILED' else 'BOOKED' end`,
      failure: `case when n % 5000 = 0 then '{"code": "GROWTH", "detail": ""}'::jsonb end`,
      parts: `'{}'`,
      total: '100',
      currency: `'EUR'`,
      operation_id: `'book-trip:growth-' || n`,
      version: '1',
      created_at: at,
      updated_at: at,
    },
  },
  {
    table: 'payment.payment',
    columns: {
      payment_id: `'growth-' || n`,
      customer_id: customer,
      order_id: `'growth-' || n`,
      payment_method: `'pm_ok'`,
      state: `'CAPTURED'`,
      amount: '100',
      currency: `'EUR'`,
      version: '1',
      created_at: at,
      updated_at: at,
    },
  },
  {
    table: 'customer.customer',
    columns: {
      customer_id: `'GROWTH-' || n`,
      name: `'Growth'`,
      email: `'growth@example.com'`,
      state: `'ACTIVE'`,
      street: `''`,
      postal_code: `''`,
      city: `''`,
      country: `'NL'`,
      version: '1',
      created_at: at,
      updated_at: at,
    },
  },
  {
    table: 'customer.ledger_entry',
    columns: {
      customer_id: `'GROWTH-' || n`,
      sequence: '1',
      kind: `'OPENED'`,
      amount: '10000',
      currency: `'EUR'`,
      occurred_at: at,
    },
  },
  { table: 'customer.released_order', columns: { order_id: `'growth-' || n` } },
  { table: 'customer.restored_change', columns: { order_id: `'growth-' || n`, change_id: `'growth'` } },
  ...reservers.flatMap((service) => [
    {
      table: `${service}.reservation`,
      columns: {
        trip_id: `'growth-' || n`,
        state: `case when n % 5000 = 0 then 'EXPIRED' else 'CONFIRMED' end`,
        hold_until: at,
        version: '2',
        created_at: at,
        updated_at: at,
      },
    },
    {
      table: `${service}.reservation_item`,
      columns: {
        reservation_id: `'growth-' || n`,
        trip_id: `'growth-' || n`,
        position: '1',
        resource_id: resources[service] ? `'${resources[service]}'` : `(select min(resource_id) from ${service}.resource)`,
        first_day: `current_date`,
        last_day: `current_date`,
        units: '1',
        request: `'{}'`,
        price: '100',
        currency: `'EUR'`,
      },
    },
  ]),
  {
    table: '"order".outbox_dead',
    columns: { id: '-n', ...fact, created_at: at, state: `'skipped'`, reason: `'VERSION_GAP'`, error: `''` },
  },
  { table: 'events.log', columns: { service: `'payment'`, ...fact, recorded_at: at, passed_at: at } },
  {
    table: 'hooks.delivery',
    columns: {
      delivery_id: `('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid`,
      // One delivery in twenty waits, all of them behind the one breaker that is open.
      hook_id: `(select hook_id from hooks.endpoint where description = 'growth ' || case when n % 20 = 0 then 0 else 1 + n % 19 end)`,
      event_id: 'gen_random_uuid()',
      position: 'n',
      type: `'payment.captured'`,
      type_version: '1',
      partition_key: `'payment/growth-' || n`,
      state: `case when n % 20 = 0 then 'pending' else 'succeeded' end`,
      trigger: `'auto'`,
      next_attempt_at: at,
      created_at: at,
      finished_at: `case when n % 20 = 0 then null else ${at} end`,
    },
  },
  {
    table: 'hooks.attempt',
    columns: {
      delivery_id: `('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid`,
      number: '1',
      started_at: at,
      duration_ms: '1',
      request_headers: `'{}'`,
      worker: `'growth'`,
    },
  },
  {
    table: 'hooks.command',
    columns: { key: `'growth-' || n`, fingerprint: `''`, key_id: `''`, answer: `''::bytea`, created_at: 'now()' },
  },
  {
    table: 'saga.saga',
    columns: {
      saga_id: `'create-order:growth-' || n`,
      run_id: `'growth-' || n`,
      run_started_at: at,
      type: `'createOrder'`,
      state: `'COMPLETED'`,
      open: 'false',
      customer_id: customer,
      business_id: `'growth-' || n`,
      version: '1',
      ended_at: at,
      recorded_state: `'COMPLETED'`,
      updated_at: at,
    },
  },
  {
    table: 'saga.ended_timeline',
    columns: {
      saga_id: `'create-order:growth-' || n`,
      run_id: `'growth-' || n`,
      state: `'COMPLETED'`,
      timeline: `'{"type": "createOrder", "state": "COMPLETED", "steps": []}'`,
      build: `''`,
      history_length: '1',
      attached: 'true',
      recorded_at: at,
    },
  },
  { table: 'saga.settlement', columns: { saga_id: `'growth-' || n`, run_id: `''`, note: `''`, requested_by: `''` } },
  {
    table: 'notification.mail',
    columns: {
      mail_id: 'gen_random_uuid()',
      type: `'order.approved'`,
      type_version: '1',
      subject: `'growth-' || n`,
      data: `'{}'`,
      recipient: `'customer'`,
      customer_id: customer,
      position: 'n',
      state: `'sent'`,
      next_attempt_at: at,
      created_at: at,
      finished_at: at,
    },
  },
  {
    table: 'notification.mailbox_message',
    columns: {
      message_id: `'growth-' || n`,
      received_at: at,
      sender: `'a@example.com'`,
      recipients: `array['b@example.com']`,
      subject: `''`,
      raw: `''::bytea`,
    },
  },
  ...Object.entries(consumers).flatMap(([service, names]) => {
    const consumer = `(array[${names.map((name) => `'${name}'`).join(', ')}])[1 + n % ${names.length}]`;
    const key = `'payment/payment/growth-' || n`;
    return [
      {
        table: `${service}.inbox`,
        columns: { consumer, occurrence_id: 'gen_random_uuid()', position: 'n', aggregate_key: key, aggregate_version: '1' },
      },
      { table: `${service}.inbox_head`, columns: { consumer, aggregate_key: key, last_version: '1' } },
      {
        table: `${service}.inbox_dead`,
        columns: {
          consumer,
          occurrence_id: 'gen_random_uuid()',
          position: 'n',
          type: `'payment.captured'`,
          aggregate_key: key,
          aggregate_version: '1',
          event,
          state: `'skipped'`,
        },
      },
    ];
  }),
  {
    table: 'projection.customer_order',
    columns: {
      generation: '1',
      order_id: `'growth-' || n`,
      customer_id: customer,
      state: `'APPROVED'`,
      lines: `'[]'`,
      total: `'{"amount": 100, "currency": "EUR"}'`,
      saga_id: `'create-order:growth-' || n`,
      created_at: at,
      updated_at: at,
    },
  },
  { table: 'projection.known_customer', columns: { generation: '1', customer_id: `'GROWTH-' || n` } },
  {
    table: 'projection.saga',
    columns: {
      generation: '1',
      saga_id: `'create-order:growth-' || n`,
      type: `'createOrder'`,
      state: `'COMPLETED'`,
      business_id: `'growth-' || n`,
      customer_id: customer,
      started_at: at,
      ended_at: at,
    },
  },
];

/** The tables that are filled, as `schema.table`. */
export const filledTables = fillings.map(({ table }) => table.replaceAll('"', ''));

/** Twenty hooks that want nothing of what happens; the breaker of the first is open. */
const endpoints = `
  insert into hooks.endpoint (url, description, state, types, exact_types, services, start_position, breaker_opened, breaker_until, created_at, updated_at)
  select 'http://127.0.0.1:9/', 'growth ' || n, 'enabled', array['rail.*'], '{}', array['none'], 0, case when n = 0 then 9 else 0 end,
    case when n = 0 then now() + interval '1 day' end, now(), now()
  from generate_series(0, 19) as n`;

/** Gives every table that grows its rows. The planner knows of them after that. */
export async function fillTables(database: pg.Pool): Promise<void> {
  await database.query(endpoints);
  for (const { table, columns } of fillings) {
    await database.query(
      `insert into ${table} (${Object.keys(columns).join(', ')})
       select ${Object.values(columns).join(', ')} from generate_series($1::int, 1, -1) as n`,
      [ROWS],
    );
    await database.query(`analyze ${table}`);
  }
}
