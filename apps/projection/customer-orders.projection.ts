import type { PoolClient } from 'pg';
import type { Money } from '../../contracts/values/money.js';
import type { OrderState } from '../../contracts/order/order-state.js';
import type { OrderEventData } from '../../contracts/order/order.events.js';
import type { FailedCommand, Order, OrderLine } from '../../contracts/order/order.resource.js';
import type { LoggedEvent } from '../../libs/messaging/event/logged-event.js';
import { newestData } from '../../libs/messaging/event/newest-data.js';
import type { Projection } from './projection.js';

type Pending = NonNullable<Order['pending']>;

/** The fields of an order that an event changes; `null` clears a field. */
interface Change {
  state?: OrderState;
  /** Applies only if the order is pending on behalf of this saga, because a command may fail before it has begun. */
  unlocks?: string;
  lines?: OrderLine[];
  total?: Money;
  rejection?: Order['rejection'];
  pending?: Pending | null;
  lastRevision?: FailedCommand | null;
  lastPayment?: FailedCommand | null;
  lastCancellation?: FailedCommand | null;
}

const columns: Record<Exclude<keyof Change, 'state' | 'unlocks'>, string> = {
  lines: 'lines',
  total: 'total',
  rejection: 'rejection',
  pending: 'pending',
  lastRevision: 'last_revision',
  lastPayment: 'last_payment',
  lastCancellation: 'last_cancellation',
};

type Undone = OrderEventData<'order.revision-undone.v1'>;
const failed = ({ reason, sagaId }: Undone): FailedCommand => ({ code: reason.code, detail: reason.detail, sagaId });

/** How each event changes a placed order. Other event types do not change this view. */
const changes: Record<string, (data: never) => Change> = {
  'order.approved': () => ({ state: 'APPROVED' }),
  'order.rejected': ({ rejection }: OrderEventData<'order.rejected.v1'>) => ({ state: 'REJECTED', rejection }),
  'order.revision-begun': ({ sagaId, newTotal, newLines }: OrderEventData<'order.revision-begun.v1'>) => ({
    state: 'REVISION_PENDING',
    pending: { command: 'revise', sagaId, total: newTotal, ...(newLines && { lines: newLines }) },
  }),
  'order.revision-undone': (data: Undone) => ({ unlocks: data.sagaId, lastRevision: failed(data) }),
  'order.revised': ({ lines, total }: OrderEventData<'order.revised.v1'>) => ({
    state: 'APPROVED',
    lines,
    total,
    pending: null,
    lastRevision: null,
  }),
  'order.cancellation-begun': ({ sagaId }: OrderEventData<'order.cancellation-begun.v1'>) => ({
    state: 'CANCEL_PENDING',
    pending: { command: 'cancel', sagaId },
  }),
  'order.cancellation-undone': (data: Undone) => ({ unlocks: data.sagaId, lastCancellation: failed(data) }),
  'order.cancelled': () => ({ state: 'CANCELLED', pending: null, lastCancellation: null }),
  'order.payment-begun': ({ sagaId }: OrderEventData<'order.payment-begun.v1'>) => ({
    state: 'PAYMENT_PENDING',
    pending: { command: 'pay', sagaId },
  }),
  'order.payment-undone': (data: Undone) => ({ unlocks: data.sagaId, lastPayment: failed(data) }),
  'order.paid': () => ({ state: 'PAID', pending: null, lastPayment: null }),
  'order.shipped': () => ({ state: 'SHIPPED' }),
};

/** The orders of each customer, as the order service shows them, from the order and customer events. */
export const customerOrders: Projection = {
  name: 'customer-orders',
  tables: { customer_order: 'order_id', known_customer: 'customer_id' },
  consumers: (generation) => [
    {
      // Each event has its changes only, so none may be missing and their order matters.
      name: `customer-orders.${generation}`,
      mode: 'sequential',
      types: ['order.*'],
      async handle(event, tx) {
        if (event.type === 'order.placed')
          await place(tx, generation, event, newestData(event) as OrderEventData<'order.placed.v1'>);
        else if (event.type === 'order.rejected' && event.aggregateVersion === 1)
          await placeRejected(tx, generation, event, newestData(event) as OrderEventData<'order.rejected.v1'>);
        else if (Object.hasOwn(changes, event.type))
          await change(tx, generation, event, changes[event.type]!(newestData(event) as never));
      },
    },
    {
      // Which customers exist. No event has personal data.
      name: `customer-orders-customers.${generation}`,
      mode: 'commutative',
      types: ['customer.registered'],
      async handle(event, tx) {
        await tx.query('insert into known_customer (generation, customer_id) values ($1, $2) on conflict do nothing', [
          generation,
          event.aggregateId,
        ]);
      },
    },
  ],
};

async function place(
  tx: PoolClient,
  generation: number,
  event: LoggedEvent,
  data: OrderEventData<'order.placed.v1'>,
): Promise<void> {
  await insert(tx, generation, event, { ...data, state: 'PENDING' });
}

/** An order that was refused before it was placed. If only its id is known, it belongs to no customer. */
async function placeRejected(
  tx: PoolClient,
  generation: number,
  event: LoggedEvent,
  { customerId, lines, total, rejection }: OrderEventData<'order.rejected.v1'>,
): Promise<void> {
  if (customerId === null || !lines || !total) return;
  await insert(tx, generation, event, { customerId, lines, total, state: 'REJECTED', rejection });
}

async function insert(
  tx: PoolClient,
  generation: number,
  { aggregateId, correlationId, occurredAt }: LoggedEvent,
  order: Pick<Order, 'customerId' | 'lines' | 'total' | 'state' | 'rejection'>,
): Promise<void> {
  await tx.query(
    `insert into customer_order (generation, order_id, customer_id, state, lines, total, rejection, saga_id, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)`,
    [
      generation,
      aggregateId,
      order.customerId,
      order.state,
      JSON.stringify(order.lines),
      JSON.stringify(order.total),
      order.rejection ? JSON.stringify(order.rejection) : null,
      correlationId ?? `create-order:${aggregateId}`,
      occurredAt,
    ],
  );
}

async function change(
  tx: PoolClient,
  generation: number,
  { aggregateId, occurredAt }: LoggedEvent,
  { state, unlocks, ...values }: Change,
): Promise<void> {
  const sets = [
    'updated_at = $3',
    `state = case when $4::text is not null then $4 when pending ->> 'sagaId' = $5 then 'APPROVED' else state end`,
  ];
  if (unlocks !== undefined) sets.push(`pending = case when pending ->> 'sagaId' = $5 then null else pending end`);
  const parameters: unknown[] = [generation, aggregateId, occurredAt, state ?? null, unlocks ?? null];
  for (const [name, value] of Object.entries(values)) {
    parameters.push(value === null ? null : JSON.stringify(value));
    sets.push(`${columns[name as keyof typeof columns]} = $${parameters.length}`);
  }
  await tx.query(`update customer_order set ${sets.join(', ')} where generation = $1 and order_id = $2`, parameters);
}
