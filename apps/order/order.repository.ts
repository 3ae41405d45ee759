import type { Money } from '../../contracts/values/money.js';
import type { OrderState } from '../../contracts/order/order-state.js';
import type { FailedCommand, Order, OrderLine, Rejection } from '../../contracts/order/order.resource.js';
import { type Order as OrderRow, Prisma, type PrismaClient } from '../../generated/order/client.js';
import { isUniqueViolation } from '../../libs/database/database-failure.js';
import { ConcurrencyConflictError } from '../../libs/participant/concurrency-conflict.error.js';
import type { PriceList } from './order-pricing.js';
import { type OrderTransition, orderTransitions, pendingCommands, type Transition } from './order-transitions.js';

export type OrderTransaction = Prisma.TransactionClient;

export interface NewOrder {
  orderId: string;
  customerId: string | null;
  state: OrderState;
  lines: OrderLine[];
  total: Money;
  rejection?: Rejection;
  operationId: string;
}

/** A change of an order, besides its state. `null` clears a field. */
export interface OrderChange {
  rejection?: Rejection;
  lines?: OrderLine[];
  total?: Money;
  /** The operation that the order is locked by. */
  lockedBy?: string | null;
  /** The lines and the total after the revision is confirmed. */
  revision?: { lines: OrderLine[]; total: Money } | null;
  lastRevision?: FailedCommand | null;
  lastPayment?: FailedCommand | null;
  lastCancellation?: FailedCommand | null;
  /** Whether the change counts one more operation. */
  countCommand?: boolean;
}

/** An order that is no tombstone, so its customer is known. */
export type KnownOrder = OrderRow & { customerId: string };

/** The order of that id, tombstones included, or null. */
export function findOrder(tx: OrderTransaction, orderId: string): Promise<OrderRow | null> {
  return tx.order.findUnique({ where: { orderId } });
}

/** The same, with a lock: commands on one order wait here for each other until the transaction ends. */
export async function lockOrder(tx: OrderTransaction, orderId: string): Promise<OrderRow | null> {
  // A separate statement, so that the next statement sees the changes that were committed during the wait.
  await tx.$executeRaw`select from orders where order_id = ${orderId} for update`;
  return findOrder(tx, orderId);
}

/** @throws ConcurrencyConflictError when the same order was inserted meanwhile, also as a tombstone. */
export async function insertOrder(tx: OrderTransaction, order: NewOrder): Promise<OrderRow> {
  const { rejection, total, ...fields } = order;
  return tx.order
    .create({
      data: {
        ...fields,
        lines: order.lines,
        total: total.amount,
        currency: total.currency,
        rejectionCode: rejection?.code ?? null,
        rejectionDetail: rejection?.detail ?? null,
        version: 1,
      },
    })
    .catch((error: unknown) => {
      throw isUniqueViolation(error) ? new ConcurrencyConflictError(`order ${order.orderId} was inserted meanwhile`) : error;
    });
}

export type TransitOutcome = { moved: OrderRow; found?: never } | { moved?: never; found: OrderRow | null };

/**
 * Applies a transition if the state of the order allows it.
 * @returns the order afterwards, or what was found instead: an order in another state, or none.
 * @throws ConcurrencyConflictError when the order reached the right state only after the attempt. Then the command must be retried.
 */
export async function transitOrder(
  tx: OrderTransaction,
  orderId: string,
  transition: OrderTransition,
  change: OrderChange = {},
): Promise<TransitOutcome> {
  const { from, to }: Transition = orderTransitions[transition];
  const [moved] = await tx.order.updateManyAndReturn({
    where: { orderId, state: { in: [...from] } },
    data: {
      state: to,
      version: { increment: 1 },
      ...columnsOf(change),
    },
  });
  if (moved) return { moved };
  const found = await findOrder(tx, orderId);
  if (found && from.includes(found.state as OrderState)) throw new ConcurrencyConflictError(`order ${orderId} changed meanwhile`);
  return { found };
}

/** Changes a locked order, which keeps its state. `versioned`: the change is a fact and gets an event. */
export function changeOrder(tx: OrderTransaction, orderId: string, change: OrderChange, versioned = false): Promise<OrderRow> {
  return tx.order.update({
    where: { orderId },
    data: { ...columnsOf(change), ...(versioned ? { version: { increment: 1 } } : {}) },
  });
}

/** False for a tombstone, which has only an id. */
export const isKnown = (row: OrderRow): row is KnownOrder => row.customerId !== null;

export const totalOf = ({ total, currency }: OrderRow): Money => ({ amount: Number(total), currency });

export const linesOf = ({ lines }: OrderRow): OrderLine[] => lines as unknown as OrderLine[];

/** The lines and the total after the pending revision is confirmed; undefined without a revision. */
export const revisionOf = ({
  pendingLines,
  pendingTotal,
  currency,
}: OrderRow): { lines: OrderLine[]; total: Money } | undefined =>
  pendingTotal === null
    ? undefined
    : { lines: pendingLines as unknown as OrderLine[], total: { amount: Number(pendingTotal), currency } };

export async function pricesOf(tx: OrderTransaction | PrismaClient, skus: readonly string[]): Promise<PriceList> {
  const products = await tx.product.findMany({ where: { sku: { in: [...new Set(skus)] } } });
  return new Map(products.map(({ sku, price, currency }) => [sku, { amount: Number(price), currency }]));
}

/** The order as readers see it; a tombstone has no customer and is not shown. */
export function toResource(row: KnownOrder): Order {
  const command = pendingCommands[row.state as OrderState];
  return {
    orderId: row.orderId,
    customerId: row.customerId,
    state: row.state as OrderState,
    lines: linesOf(row),
    total: totalOf(row),
    ...(row.rejectionCode === null ? {} : { rejection: { code: row.rejectionCode, detail: row.rejectionDetail ?? '' } }),
    ...(command && row.lockedBy !== null ? { pending: { command, sagaId: row.lockedBy, ...revisionOf(row) } } : {}),
    ...(row.lastRevision === null ? {} : { lastRevision: row.lastRevision as FailedCommand }),
    ...(row.lastPayment === null ? {} : { lastPayment: row.lastPayment as FailedCommand }),
    ...(row.lastCancellation === null ? {} : { lastCancellation: row.lastCancellation as FailedCommand }),
    commandCount: row.commandCount,
    sagaId: row.operationId,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

function columnsOf(change: OrderChange): Prisma.OrderUpdateManyMutationInput {
  const { rejection, lines, total, lockedBy, revision, countCommand } = change;
  const { lastRevision, lastPayment, lastCancellation } = change;
  return {
    ...(rejection && { rejectionCode: rejection.code, rejectionDetail: rejection.detail }),
    ...(lines && { lines }),
    ...(total && { total: total.amount, currency: total.currency }),
    ...(lockedBy !== undefined && { lockedBy }),
    ...(revision && { pendingLines: revision.lines, pendingTotal: revision.total.amount }),
    ...(revision === null && { pendingLines: Prisma.DbNull, pendingTotal: null }),
    ...(lastRevision !== undefined && { lastRevision: lastRevision ?? Prisma.DbNull }),
    ...(lastPayment !== undefined && { lastPayment: lastPayment ?? Prisma.DbNull }),
    ...(lastCancellation !== undefined && { lastCancellation: lastCancellation ?? Prisma.DbNull }),
    ...(countCommand && { commandCount: { increment: 1 } }),
  };
}
