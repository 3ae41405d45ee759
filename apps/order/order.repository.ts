import type { Money } from '../../contracts/money.js';
import type { OrderState } from '../../contracts/order-state.js';
import type { Order, OrderLine, Rejection } from '../../contracts/order.resource.js';
import type { Order as OrderRow, Prisma, PrismaClient } from '../../generated/order/client.js';
import { isUniqueViolation } from '../../libs/participant/database-failure.js';
import { ConcurrencyConflictError } from '../../libs/participant/concurrency-conflict.error.js';
import type { PriceList } from './order-pricing.js';
import { type OrderTransition, orderTransitions, type Transition } from './order-transitions.js';

export type OrderTransaction = Prisma.TransactionClient;

export interface NewOrder {
  orderId: string;
  customerId: string | null;
  state: OrderState;
  lines: OrderLine[];
  total: Money;
  rejection?: Rejection;
  sagaId: string;
}

/** The order of that id, tombstones included, or null. */
export function findOrder(tx: OrderTransaction, orderId: string): Promise<OrderRow | null> {
  return tx.order.findUnique({ where: { orderId } });
}

/** @throws ConcurrencyConflictError when the same order was inserted meanwhile, be it as a tombstone. */
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
 * Takes the order through a transition if its state allows it. @returns the order as it is then, or what was found instead: an order in
 * another state, or none.
 * @throws ConcurrencyConflictError when the order came into the right state only after it was tried, so that it must be tried again.
 */
export async function transitOrder(
  tx: OrderTransaction,
  orderId: string,
  transition: OrderTransition,
  rejection?: Rejection,
): Promise<TransitOutcome> {
  const { from, to }: Transition = orderTransitions[transition];
  const [moved] = await tx.order.updateManyAndReturn({
    where: { orderId, state: { in: [...from] } },
    data: {
      state: to,
      version: { increment: 1 },
      ...(rejection ? { rejectionCode: rejection.code, rejectionDetail: rejection.detail } : {}),
    },
  });
  if (moved) return { moved };
  const found = await findOrder(tx, orderId);
  if (found && from.includes(found.state as OrderState)) throw new ConcurrencyConflictError(`order ${orderId} changed meanwhile`);
  return { found };
}

export async function pricesOf(tx: OrderTransaction | PrismaClient, skus: readonly string[]): Promise<PriceList> {
  const products = await tx.product.findMany({ where: { sku: { in: [...new Set(skus)] } } });
  return new Map(products.map(({ sku, price, currency }) => [sku, { amount: Number(price), currency }]));
}

/** The order as readers see it; a tombstone has no customer and is not shown. */
export function toResource(row: OrderRow & { customerId: string }): Order {
  const { currency } = row;
  return {
    orderId: row.orderId,
    customerId: row.customerId,
    state: row.state as OrderState,
    lines: row.lines as unknown as OrderLine[],
    total: { amount: Number(row.total), currency },
    ...(row.rejectionCode === null ? {} : { rejection: { code: row.rejectionCode, detail: row.rejectionDetail ?? '' } }),
    sagaId: row.sagaId,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
