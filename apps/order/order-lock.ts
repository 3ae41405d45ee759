import type { OrderCommand, OrderState } from '../../contracts/order/order-state.js';
import type { RevertOrderOperationAnswer, RevertOrderOperationCommand } from '../../contracts/order/order.commands.js';
import type { RequestMemory } from '../../contracts/participant/operation.resource.js';
import type { FailedCommand } from '../../contracts/order/order.resource.js';
import type { Order as OrderRow } from '../../generated/order/client.js';
import type { CommandContext } from '../../libs/participant/command-context.js';
import { appendEvent } from '../../libs/participant/outbox.js';
import { Refusal } from '../../libs/participant/refusal.js';
import { changeOperationState, findOperationState, insertOperation } from '../../libs/participant/operation.repository.js';
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

const transitions = {
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
 * @returns the order, if the operation may begin on it; `repeated` if it has begun already. Every operation counts once, even a refused one, so
 * that the next operation gets another id.
 */
export async function checkBegin(
  tx: OrderTransaction,
  command: OrderCommand,
  { orderId, operationId, request }: OrderOperation,
): Promise<{ order: KnownOrder; repeated: boolean } | Refusal> {
  const order = await lockOrder(tx, orderId);
  if (!order || !isKnown(order)) return orderNotFound(orderId);
  const progress = await findOperationState(tx, { aggregateId: orderId, command, operationId });
  if (progress === 'BEGUN' || (progress === 'CONFIRMED' && command === 'ship')) return { order, repeated: true };
  if (progress)
    return new Refusal('ORDER_STATE_CONFLICT', `${operationId} has ended already; it cannot begin on order ${orderId} again.`);
  if (allows(command === 'ship' ? 'ship' : transitions[command].begin, order.state as OrderState))
    return { order, repeated: false };
  await insertOperation(tx, { aggregateId: orderId, command, operationId }, 'REFUSED', request);
  await changeOrder(tx, orderId, { countCommand: true });
  return conflict(order, `${command} it`);
}

/** Locks an order after `checkBegin` has allowed it. */
export async function begin(
  tx: OrderTransaction,
  command: LockingCommand,
  { orderId, operationId, request }: OrderOperation,
  revision?: NonNullable<OrderChange['revision']>,
): Promise<OrderRow> {
  await insertOperation(tx, { aggregateId: orderId, command, operationId }, 'BEGUN', request);
  return transit(tx, orderId, transitions[command].begin, {
    lockedBy: operationId,
    countCommand: true,
    ...(revision && { revision }),
  });
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
  const progress = await findOperationState(tx, { aggregateId: orderId, command, operationId });
  if (progress === 'CONFIRMED')
    return new Refusal('ORDER_STATE_CONFLICT', `${operationId} has confirmed on order ${orderId}; that cannot be reverted.`);
  if (progress === 'UNDONE' || progress === 'REFUSED') return { orderId, state: order?.state ?? null };
  const target = { aggregateId: orderId, command, operationId };
  await (progress ? changeOperationState(tx, target, progress, 'UNDONE') : insertOperation(tx, target, 'UNDONE', request));
  if (!order || !isKnown(order)) return { orderId, state: order?.state ?? null };
  const failed = lastFailed(command, { ...reason, sagaId: operationId });
  const undone =
    progress === 'BEGUN'
      ? await transit(tx, orderId, transitions[command].undo, { ...failed, lockedBy: null, revision: null })
      : await changeOrder(tx, orderId, { ...failed, countCommand: true }, true);
  await appendEvent(tx, orderEvent(undone, transitions[command].undone, { sagaId: operationId, reason }), context);
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
  await insertOperation(tx, { aggregateId: orderId, command, operationId }, 'REFUSED', request);
  const order = await changeOrder(
    tx,
    orderId,
    { ...lastFailed(command, { ...reason, sagaId: operationId }), countCommand: true },
    true,
  );
  await appendEvent(tx, orderEvent(order, transitions[command].undone, { sagaId: operationId, reason }), context);
  return new Refusal(reason.code, reason.detail);
}

/**
 * Completes a command and unlocks the order. @returns the order afterwards; `repeated` if the command was completed before.
 * @param change computes the change from the locked order.
 */
export async function confirm(
  tx: OrderTransaction,
  command: LockingCommand,
  { orderId, operationId }: OrderOperation,
  change: (order: KnownOrder) => OrderChange = () => ({}),
): Promise<{ order: OrderRow; repeated: boolean } | Refusal> {
  const order = await lockOrder(tx, orderId);
  if (!order || !isKnown(order)) return orderNotFound(orderId);
  const progress = await findOperationState(tx, { aggregateId: orderId, command, operationId });
  if (progress === 'CONFIRMED') return { order, repeated: true };
  if (progress !== 'BEGUN') return conflict(order, `let ${operationId}, for which it is not locked, ${command} it`);
  await changeOperationState(tx, { aggregateId: orderId, command, operationId }, progress, 'CONFIRMED');
  const unlocked = { ...change(order), ...lastFailed(command, null), lockedBy: null, revision: null };
  return { order: await transit(tx, orderId, transitions[command].confirm, unlocked), repeated: false };
}

/** Ships an order after `checkBegin` has allowed it. */
export async function ship(tx: OrderTransaction, { orderId, operationId, request }: OrderOperation): Promise<OrderRow> {
  await insertOperation(tx, { aggregateId: orderId, command: 'ship', operationId }, 'CONFIRMED', request);
  return transit(tx, orderId, 'ship', { countCommand: true });
}

/** A transition of a locked order whose state was checked. */
async function transit(
  tx: OrderTransaction,
  orderId: string,
  transition: OrderTransition,
  change: OrderChange,
): Promise<OrderRow> {
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

/** Names the state of the order, and the operation that has locked it. */
function conflict({ orderId, state, lockedBy }: OrderRow, action: string): Refusal {
  const command = pendingCommands[state as OrderState];
  const pending = command ? ` (the command to ${command} it is pending on behalf of ${lockedBy})` : '';
  return new Refusal('ORDER_STATE_CONFLICT', `Order ${orderId} is ${state}${pending}: nobody can ${action} now.`);
}
