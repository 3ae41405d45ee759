import type { Money } from '../../contracts/values/money.js';
import type { PaymentState } from '../../contracts/payment/payment-state.js';
import type { Decline, Payment } from '../../contracts/payment/payment.resource.js';
import type { Payment as PaymentRow, Prisma } from '../../generated/payment/client.js';
import { ConcurrencyConflictError } from '../../libs/participant/concurrency-conflict.error.js';
import { isUniqueViolation } from '../../libs/database/database-failure.js';
import type { Transaction } from '../../libs/participant/transaction.js';
import { type PaymentTransition, paymentTransitions } from './payment-transitions.js';

export type PaymentTransaction = Prisma.TransactionClient;

/** A payment that is no tombstone, so its customer is known. */
export type KnownPayment = PaymentRow & { customerId: string; paymentMethod: string; amount: bigint; currency: string };

/** The payment, tombstones included, or null. Commands on one payment wait here for each other until the transaction ends. */
export async function lockPayment(tx: PaymentTransaction, paymentId: string): Promise<PaymentRow | null> {
  // A separate statement, so that the next statement sees the changes that were committed during the wait.
  await tx.$executeRaw`select from payment where payment_id = ${paymentId} for update`;
  return tx.payment.findUnique({ where: { paymentId } });
}

/** Payments whose authorization has expired, the oldest first. */
export async function overdueAuthorizations(tx: Transaction, limit: number): Promise<string[]> {
  const rows = await tx.$queryRaw<{ paymentId: string }[]>`
    select payment_id as "paymentId" from payment
    where state = 'AUTHORIZED' and authorized_until <= clock_timestamp() order by authorized_until limit ${limit}`;
  return rows.map(({ paymentId }) => paymentId);
}

/**
 * @param version 0 for a tombstone, which publishes nothing.
 * @throws ConcurrencyConflictError when the same payment was inserted meanwhile, also as a tombstone.
 */
export async function insertPayment(
  tx: PaymentTransaction,
  payment: Omit<Prisma.PaymentCreateInput, 'version'>,
  version = 1,
): Promise<PaymentRow> {
  return tx.payment.create({ data: { ...payment, version } }).catch((error: unknown) => {
    throw isUniqueViolation(error) ? new ConcurrencyConflictError(`payment ${payment.paymentId} was inserted meanwhile`) : error;
  });
}

/**
 * Applies a transition to a locked payment, whose state must allow it.
 * @throws Error when the state does not allow it. Callers check the state first.
 */
export async function transitPayment(
  tx: PaymentTransaction,
  paymentId: string,
  transition: PaymentTransition,
  change: Pick<Prisma.PaymentUpdateManyMutationInput, 'refunded'> = {},
): Promise<PaymentRow> {
  const { from, to } = paymentTransitions[transition];
  const [moved] = await tx.payment.updateManyAndReturn({
    where: { paymentId, state: { in: [...from] } },
    data: { state: to, version: { increment: 1 }, ...change },
  });
  if (!moved) throw new Error(`payment ${paymentId} is in no state to ${transition}`);
  return moved;
}

export const isKnown = (row: PaymentRow): row is KnownPayment => row.customerId !== null;

export const moneyOf = (amount: bigint | number, currency: string): Money => ({ amount: Number(amount), currency });

/** Why the payment was declined, if it was. */
export const declineOf = ({ declineCode, declineDetail }: PaymentRow): Decline | undefined =>
  declineCode === null ? undefined : { code: declineCode, detail: declineDetail ?? '' };

/** The payment as readers see it. */
export function toResource(row: KnownPayment): Payment {
  const decline = declineOf(row);
  return {
    paymentId: row.paymentId,
    customerId: row.customerId,
    ...purposeOf(row),
    state: row.state as PaymentState,
    amount: moneyOf(row.amount, row.currency),
    refunded: moneyOf(row.refunded, row.currency),
    ...(decline ? { decline } : {}),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

/** What the payment is for. */
export const purposeOf = ({
  tripId,
  orderId,
}: Pick<PaymentRow, 'tripId' | 'orderId'>): { tripId?: string; orderId?: string } => ({
  ...(tripId === null ? {} : { tripId }),
  ...(orderId === null ? {} : { orderId }),
});
