import {
  participantNames,
  type ReservationParticipant,
  reservationParticipants,
} from '../../contracts/participant/participants.js';
import { services } from '../../libs/database/services.js';

/** A table that grows, with an SQL expression for each column of its n-th row. Times are a second apart; the newest is a second ago. */
export interface GrowingTable {
  table: string;
  columns: Record<string, string>;
  /** Whether another table of the list has the same definition, and the same code reads the two. */
  alike?: boolean;
}

const at = `now() - n * interval '1 second'`;
/** Even the smallest size has several full pages of orders for each customer. */
const customer = `'GROWTH-' || n % 40`;
/** The resources that the benchmarks reserve. */
const resources: Partial<Record<ReservationParticipant, string>> = {
  hotel: `'HOTEL-ASTORIA'`,
  flight: `'FLIGHT-AMS-VIE'`,
  car: `'COMPACT@AMS'`,
  rail: `'TRAIN-AMS-BER'`,
};
const consumers = {
  notification: ['notification'],
  saga: ['bridge'],
  projection: ['customer-orders.1', 'customer-orders-customers.1', 'saga-list.1'],
};
const deliveryId = `('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid`;

/** One delivery in so many waits, all of them behind the one breaker that is open. */
const WAITING_EVERY = 20;
/** One record in so many holds something, as most are settled; the leak sweep reads those that hold. */
const HOLDING_EVERY = 100;

const fact = {
  event_id: 'gen_random_uuid()',
  type: `'payment.captured'`,
  type_version: '1',
  aggregate_type: `'payment'`,
  aggregate_id: `'growth-' || n`,
  aggregate_version: '1',
  subject: `'growth-' || n`,
  occurred_at: at,
  data: `'{"paymentId": "growth", "tripId": null, "orderId": "growth"}'`,
};
/** One record in so many is a tombstone, which refuses a late command. */
const TOMBSTONE_EVERY = 1_000;

const times = { created_at: at, updated_at: at };
const versionAndTimes = { version: '1', ...times };
/** The row with remainder 7 is none of those that hold something. */
const tombstone = `n % ${TOMBSTONE_EVERY} = 7`;
const tombstoneAndTimes = { version: `case when ${tombstone} then 0 else 1 end`, ...times };

const events: readonly GrowingTable[] = [
  { table: 'events.log', columns: { service: `'payment'`, ...fact, recorded_at: at, passed_at: at } },
  {
    table: 'events.log_gap',
    columns: {
      service: `'payment'`,
      aggregate_type: `'payment'`,
      aggregate_id: `'growth-' || n`,
      first_version: '2',
      last_version: '2',
    },
  },
  {
    table: 'events.log_head',
    columns: { service: `'payment'`, aggregate_type: `'payment'`, aggregate_id: `'trimmed-' || n`, last_version: '1' },
  },
  ...services
    .filter((service) => service !== 'events' && service !== 'notification' && service !== 'projection')
    .map((service) => ({
      table: `${service}.outbox_dead`,
      alike: service !== 'order',
      columns: { id: '-n', ...fact, created_at: at, decided_at: at, state: `'skipped'`, reason: `'VERSION_GAP'`, error: `''` },
    })),
];

const participants: readonly GrowingTable[] = [
  ...participantNames.map((service) => ({
    table: `${service}.command`,
    alike: service !== 'order',
    columns: { key: `'growth-' || n`, operation: `'growth'`, fingerprint: `''`, status: '200', answer: `'{}'`, created_at: at },
  })),
  ...(['order', 'trip'] as const).map((service) => ({
    table: `${service}.operation`,
    alike: service !== 'order',
    columns: {
      aggregate_id: `'growth-' || n`,
      command: `'growth'`,
      operation_id: `'growth-' || n`,
      mark: `'CONFIRMED'`,
      marked_at: at,
    },
  })),
  {
    table: 'order.orders',
    columns: {
      order_id: `'growth-' || n`,
      customer_id: customer,
      state: `case when n % 40 = 0 then 'CANCELLED' else 'APPROVED' end`,
      lines: `'[]'`,
      total: '100',
      currency: `'EUR'`,
      operation_id: `'create-order:growth-' || n`,
      ...versionAndTimes,
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
      ...versionAndTimes,
    },
  },
  {
    table: 'payment.payment',
    columns: {
      payment_id: `'growth-' || n`,
      customer_id: customer,
      order_id: `'growth-' || n`,
      payment_method: `'pm_ok'`,
      state: `case when n % ${HOLDING_EVERY} = 0 then 'CAPTURED' else 'VOIDED' end`,
      amount: '100',
      currency: `'EUR'`,
      ...tombstoneAndTimes,
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
      ...versionAndTimes,
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
  {
    table: 'customer.ledger_snapshot',
    columns: {
      customer_id: `'GROWTH-' || n`,
      sequence: '1',
      currency: `'EUR'`,
      credit_limit: '10000',
      reserved: '0',
      blocked: 'false',
      occurred_at: at,
    },
  },
  { table: 'customer.released_order', columns: { order_id: `'growth-' || n`, released_at: at } },
  { table: 'customer.restored_change', columns: { order_id: `'growth-' || n`, change_id: `'growth'`, restored_at: at } },
  ...reservationParticipants.flatMap((service) => [
    {
      table: `${service}.reservation`,
      alike: service !== 'hotel',
      columns: {
        trip_id: `'growth-' || n`,
        state: `case when n % 5000 = 0 then 'EXPIRED' when n % ${HOLDING_EVERY} = 0 then 'CONFIRMED' else 'CANCELLED' end`,
        hold_until: at,
        ...tombstoneAndTimes,
      },
    },
    {
      table: `${service}.reservation_item`,
      alike: service !== 'hotel',
      columns: {
        reservation_id: `'growth-' || n`,
        // A tombstone has no items.
        trip_id: `'growth-' || case when ${tombstone} then n + 1 else n end`,
        position: `case when ${tombstone} then 2 else 1 end`,
        resource_id: resources[service] ?? `'GROWTH'`,
        first_day: 'current_date',
        last_day: 'current_date',
        units: '1',
        request: `'{}'`,
        price: '100',
        currency: `'EUR'`,
      },
    },
  ]),
];

const listeners: readonly GrowingTable[] = [
  {
    table: 'hooks.delivery',
    columns: {
      delivery_id: deliveryId,
      hook_id: `(array(select hook_id from hooks.endpoint where description like 'growth %' order by description))[
        case when n % ${WAITING_EVERY} = 0 then 1 else 2 + n % 18 end]`,
      event_id: 'gen_random_uuid()',
      // Retention keeps what a waiting delivery is about, and must not wait for these.
      position: `case when n % ${WAITING_EVERY} = 0 then n + 10000 else n end`,
      type: `'payment.captured'`,
      type_version: '1',
      partition_key: `'payment/growth-' || n`,
      state: `case when n % ${WAITING_EVERY} = 0 then 'pending' else 'succeeded' end`,
      trigger: `'auto'`,
      next_attempt_at: at,
      created_at: at,
      finished_at: `case when n % ${WAITING_EVERY} = 0 then null else ${at} end`,
    },
  },
  {
    table: 'hooks.attempt',
    columns: {
      delivery_id: deliveryId,
      number: '1',
      started_at: at,
      duration_ms: '1',
      request_headers: `'{}'`,
      worker: `'growth'`,
    },
  },
  {
    table: 'hooks.recovery',
    columns: {
      hook_id: `(select hook_id from hooks.endpoint where description = 'growth 01')`,
      position: '0',
      to_position: '0',
      only_missing: 'true',
      state: `'done'`,
      created_at: at,
      finished_at: at,
    },
  },
  {
    table: 'hooks.command',
    columns: {
      key: `'growth-' || n`,
      fingerprint: `''`,
      // The service starts with no key that it does not have: the key of any hook that is there.
      key_id: `coalesce((select key_id from hooks.endpoint_secret limit 1), '')`,
      answer: `''::bytea`,
      created_at: at,
    },
  },
  {
    table: 'saga.saga',
    columns: {
      saga_id: `'create-order:growth-' || n`,
      run_id: `'growth-' || n`,
      run_started_at: at,
      started_at: at,
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
      timeline: `'{"type": "createOrder", "state": "COMPLETED", "pastPivot": true, "steps": [], "held": []}'`,
      build: `''`,
      history_length: '1',
      attached: 'true',
      recorded_at: at,
    },
  },
  {
    table: 'saga.settlement',
    columns: { saga_id: `'create-order:growth-' || n`, run_id: `''`, note: `''`, requested_by: `''` },
  },
  { table: 'saga.saga_head', columns: { saga_id: `'create-order:trimmed-' || n`, version: '1' } },
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

const inboxes: readonly GrowingTable[] = Object.entries(consumers).flatMap(([service, names]) => {
  const consumer = `(array[${names.map((name) => `'${name}'`).join(', ')}])[1 + n % ${names.length}]`;
  const key = `'payment/payment/growth-' || n`;
  const alike = service !== 'projection';
  return [
    {
      table: `${service}.inbox`,
      alike,
      columns: { consumer, occurrence_id: 'gen_random_uuid()', position: 'n', aggregate_key: key, aggregate_version: '1' },
    },
    { table: `${service}.inbox_head`, alike, columns: { consumer, aggregate_key: key, last_version: '1' } },
    {
      table: `${service}.inbox_dead`,
      alike,
      columns: {
        consumer,
        occurrence_id: 'gen_random_uuid()',
        position: 'n',
        type: `'payment.captured'`,
        aggregate_key: key,
        aggregate_version: '1',
        event: `'{}'`,
        state: `'skipped'`,
      },
    },
  ];
});

/** Every table whose rows grow with what happens, as `schema.table`; those that others refer to come first. */
export const growingTables: readonly GrowingTable[] = [...events, ...participants, ...listeners, ...inboxes];
