import type { PoolClient } from 'pg';
import type { Money } from '../../contracts/values/money.js';
import type { OrderState } from '../../contracts/order/order-state.js';
import type { OrderEventData } from '../../contracts/order/order.events.js';
import type { FailedCommand, Order, OrderLine } from '../../contracts/order/order.resource.js';
import { join, raw, sql } from '../../libs/database/sql.js';
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
        await tx.query(
          sql`insert into known_customer (generation, customer_id) values (${generation}, ${event.aggregateId})
           on conflict do nothing`,
        );
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
    sql`insert into customer_order
       (generation, order_id, customer_id, state, lines, total, rejection, saga_id, created_at, updated_at)
     values (${generation}, ${aggregateId}, ${order.customerId}, ${order.state}, ${JSON.stringify(order.lines)},
       ${JSON.stringify(order.total)}, ${order.rejection ? JSON.stringify(order.rejection) : null},
       ${correlationId ?? `create-order:${aggregateId}`}, ${occurredAt}, ${occurredAt})`,
  );
}

async function change(
  tx: PoolClient,
  generation: number,
  { aggregateId, occurredAt }: LoggedEvent,
  { state, unlocks, ...values }: Change,
): Promise<void> {
  const sets = [sql`updated_at = ${occurredAt}`];
  if (state !== undefined) sets.push(sql`state = ${state}`);
  else if (unlocks !== undefined)
    sets.push(sql`state = case when pending ->> 'sagaId' = ${unlocks} then 'APPROVED' else state end`);
  if (unlocks !== undefined) sets.push(sql`pending = case when pending ->> 'sagaId' = ${unlocks} then null else pending end`);
  for (const [name, value] of Object.entries(values))
    sets.push(sql`${raw(columns[name as keyof typeof columns])} = ${value === null ? null : JSON.stringify(value)}`);
  await tx.query(
    sql`update customer_order set ${join(sets, ', ')} where generation = ${generation} and order_id = ${aggregateId}`,
  );
}
