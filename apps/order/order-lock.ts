import type { OrderCommand, OrderState } from '../../contracts/order-state.js';
import type { RevertOrderOperationAnswer, RevertOrderOperationCommand } from '../../contracts/order.commands.js';
import type { RequestMemory } from '../../contracts/operation.resource.js';
import type { FailedCommand } from '../../contracts/order.resource.js';
import type { Order as OrderRow } from '../../generated/order/client.js';
import type { CommandContext } from '../../libs/participant/command-context.js';
import { appendEvent } from '../../libs/participant/outbox.js';
import { Refusal } from '../../libs/participant/refusal.js';
import { changeMark, findMark, setFirstMark } from '../../libs/participant/operation-mark.js';
import { orderEvent } from './order-event.js';
import { allows, type OrderTransition, pendingCommands } from './order-transitions.js';
import {
  changeOrder,
  isKnown,
  lockOrder,
  type OrderChange,
  type OrderTransaction,
  type KnownOrder,
  transitOrder,
} from './order.repository.js';

/** A command that locks an order from its begin until it is reverted or confirmed. */
type LockingCommand = Exclude<OrderCommand, 'ship'>;

const kinds = {
  revise: { begin: 'beginRevision', undo: 'discardRevision', confirm: 'confirmRevision', undone: 'order.revision-undone' },
  cancel: {
    begin: 'beginCancellation',
    undo: 'withdrawCancellation',
    confirm: 'confirmCancellation',
    undone: 'order.cancellation-undone',
  },
  pay: { begin: 'beginPayment', undo: 'withdrawPayment', confirm: 'confirmPayment', undone: 'order.payment-undone' },
} as const satisfies Record<LockingCommand, Record<'begin' | 'undo' | 'confirm', OrderTransition> & { undone: string }>;

/** One operation on one order, and the caller's request that it is for. */
interface OrderOperation extends RequestMemory {
  orderId: string;
  operationId: string;
}

/**
 * The order, if the operation may begin on it; with `again` if it has begun already. Every operation is counted once, a refused one too, so that
 * the next one gets an id of its own.
 */
export async function mayBegin(
  tx: OrderTransaction,
  command: OrderCommand,
  { orderId, operationId, request }: OrderOperation,
): Promise<{ order: KnownOrder; again: boolean } | Refusal> {
  const order = await lockOrder(tx, orderId);
  if (!order || !isKnown(order)) return orderNotFound(orderId);
  const mark = await findMark(tx, { aggregateId: orderId, command, operationId });
  if (mark === 'BEGUN' || (mark === 'CONFIRMED' && command === 'ship')) return { order, again: true };
  if (mark)
    return new Refusal('ORDER_STATE_CONFLICT', `${operationId} has ended already; it cannot begin on order ${orderId} again.`);
  if (allows(command === 'ship' ? 'ship' : kinds[command].begin, order.state as OrderState)) return { order, again: false };
  await setFirstMark(tx, { aggregateId: orderId, command, operationId }, 'REFUSED', request);
  await changeOrder(tx, orderId, { counts: true });
  return conflict(order, `${command} it`);
}

/** Locks an order that `mayBegin` has let through. */
export async function begin(
  tx: OrderTransaction,
  command: LockingCommand,
  { orderId, operationId, request }: OrderOperation,
  revision?: NonNullable<OrderChange['revision']>,
): Promise<OrderRow> {
  await setFirstMark(tx, { aggregateId: orderId, command, operationId }, 'BEGUN', request);
  return moved(tx, orderId, kinds[command].begin, { lockedBy: operationId, counts: true, ...(revision && { revision }) });
}

/** Unlocks the order, unchanged. If the operation has not begun, a tombstone refuses its late begin. */
export async function revert(
  tx: OrderTransaction,
  command: LockingCommand,
  operation: RevertOrderOperationCommand,
  context: CommandContext,
): Promise<RevertOrderOperationAnswer | Refusal> {
  const { orderId, operationId, reason, request } = operation;
  const order = await lockOrder(tx, orderId);
  const mark = await findMark(tx, { aggregateId: orderId, command, operationId });
  if (mark === 'CONFIRMED')
    return new Refusal('ORDER_STATE_CONFLICT', `${operationId} has confirmed on order ${orderId}; that cannot be reverted.`);
  if (mark === 'UNDONE' || mark === 'REFUSED') return { orderId, state: order?.state ?? null };
  const marked = { aggregateId: orderId, command, operationId };
  await (mark ? changeMark(tx, marked, mark, 'UNDONE') : setFirstMark(tx, marked, 'UNDONE', request));
  if (!order || !isKnown(order)) return { orderId, state: order?.state ?? null };
  const failed = lastFailed(command, { ...reason, sagaId: operationId });
  const undone =
    mark === 'BEGUN'
      ? await moved(tx, orderId, kinds[command].undo, { ...failed, lockedBy: null, revision: null })
      : await changeOrder(tx, orderId, { ...failed, counts: true }, true);
  await appendEvent(tx, orderEvent(undone, kinds[command].undone, { sagaId: operationId, reason }), context);
  return { orderId, state: undone.state };
}

/** Refuses an operation that has not begun, and publishes the reason. */
export async function refuse(
  tx: OrderTransaction,
  command: LockingCommand,
  { orderId, operationId, request }: OrderOperation,
  reason: { code: string; detail: string },
  context: CommandContext,
): Promise<Refusal> {
  await setFirstMark(tx, { aggregateId: orderId, command, operationId }, 'REFUSED', request);
  const order = await changeOrder(
    tx,
    orderId,
    { ...lastFailed(command, { ...reason, sagaId: operationId }), counts: true },
    true,
  );
  await appendEvent(tx, orderEvent(order, kinds[command].undone, { sagaId: operationId, reason }), context);
  return new Refusal(reason.code, reason.detail);
}

/**
 * Ends a command with its effect and unlocks the order. @returns the order after it, with `again` for a repeat.
 * @param change what becomes of the order as it was locked.
 */
export async function confirm(
  tx: OrderTransaction,
  command: LockingCommand,
  { orderId, operationId }: OrderOperation,
  change: (order: KnownOrder) => OrderChange = () => ({}),
): Promise<{ order: OrderRow; again: boolean } | Refusal> {
  const order = await lockOrder(tx, orderId);
  if (!order || !isKnown(order)) return orderNotFound(orderId);
  const mark = await findMark(tx, { aggregateId: orderId, command, operationId });
  if (mark === 'CONFIRMED') return { order, again: true };
  if (mark !== 'BEGUN') return conflict(order, `let ${operationId}, for which it is not locked, ${command} it`);
  await changeMark(tx, { aggregateId: orderId, command, operationId }, mark, 'CONFIRMED');
  const unlocked = { ...change(order), ...lastFailed(command, null), lockedBy: null, revision: null };
  return { order: await moved(tx, orderId, kinds[command].confirm, unlocked), again: false };
}

/** Ships an order that `mayBegin` has let through. */
export async function ship(tx: OrderTransaction, { orderId, operationId, request }: OrderOperation): Promise<OrderRow> {
  await setFirstMark(tx, { aggregateId: orderId, command: 'ship', operationId }, 'CONFIRMED', request);
  return moved(tx, orderId, 'ship', { counts: true });
}

/** A transition of an order that is locked and that was read. */
async function moved(tx: OrderTransaction, orderId: string, transition: OrderTransition, change: OrderChange): Promise<OrderRow> {
  const outcome = await transitOrder(tx, orderId, transition, change);
  if (!outcome.moved) throw new Error(`order ${orderId} is in no state to ${transition}`);
  return outcome.moved;
}

function lastFailed(command: LockingCommand, failed: FailedCommand | null): OrderChange {
  switch (command) {
    case 'revise':
      return { lastRevision: failed };
    case 'cancel':
      return { lastCancellation: failed };
    case 'pay':
      return { lastPayment: failed };
  }
}

const orderNotFound = (orderId: string): Refusal => new Refusal('ORDER_NOT_FOUND', `There is no order ${orderId}.`);

/** Names the order's state and the operation that locks it. */
function conflict({ orderId, state, lockedBy }: OrderRow, wish: string): Refusal {
  const command = pendingCommands[state as OrderState];
  const pending = command ? ` (the command to ${command} it is pending on behalf of ${lockedBy})` : '';
  return new Refusal('ORDER_STATE_CONFLICT', `Order ${orderId} is ${state}${pending}: it is not possible to ${wish} now.`);
}
