import type { OrderCommand, OrderState } from '../../contracts/order-state.js';
import type { UndoSagaOnOrderAnswer, UndoSagaOnOrderCommand } from '../../contracts/order.commands.js';
import type { FailedCommand } from '../../contracts/order.resource.js';
import type { Order as OrderRow } from '../../generated/order/client.js';
import type { CommandContext } from '../../libs/participant/command-context.js';
import { appendEvent } from '../../libs/participant/outbox.js';
import { Refusal } from '../../libs/participant/refusal.js';
import { findMark, setMark } from '../../libs/participant/saga-mark.js';
import { orderEvent } from './order-event.js';
import { allows, type OrderTransition, pendingCommands } from './order-transitions.js';
import {
  changeOrder,
  isSeen,
  lockOrder,
  type OrderChange,
  type OrderTransaction,
  type SeenOrder,
  transitOrder,
} from './order.repository.js';

/** A command that locks an order from its begin to its undo or its confirmation. */
type LockingCommand = Exclude<OrderCommand, 'ship'>;

const kinds = {
  revise: { begin: 'beginRevision', undo: 'undoRevision', confirm: 'confirmRevision', undone: 'order.revision-undone' },
  cancel: {
    begin: 'beginCancellation',
    undo: 'undoCancellation',
    confirm: 'confirmCancellation',
    undone: 'order.cancellation-undone',
  },
  pay: { begin: 'beginPayment', undo: 'undoPayment', confirm: 'confirmPayment', undone: 'order.payment-undone' },
} as const satisfies Record<LockingCommand, Record<'begin' | 'undo' | 'confirm', OrderTransition> & { undone: string }>;

/** One command of one saga on one order. */
interface Run {
  orderId: string;
  sagaId: string;
}

/**
 * The order, if a saga may begin a command on it; with `again` when it has begun already. Every saga that asks is counted once, also one
 * that is refused, so that the next one gets an id of its own.
 */
export async function mayBegin(
  tx: OrderTransaction,
  command: OrderCommand,
  { orderId, sagaId }: Run,
): Promise<{ order: SeenOrder; again: boolean } | Refusal> {
  const order = await lockOrder(tx, orderId);
  if (!order || !isSeen(order)) return orderNotFound(orderId);
  const mark = await findMark(tx, { aggregateId: orderId, command, sagaId });
  if (mark === 'BEGUN' || (mark === 'CONFIRMED' && command === 'ship')) return { order, again: true };
  if (mark) return new Refusal('ORDER_STATE_CONFLICT', `${sagaId} has ended already; it cannot begin on order ${orderId} again.`);
  if (allows(command === 'ship' ? 'ship' : kinds[command].begin, order.state as OrderState)) return { order, again: false };
  await setMark(tx, { aggregateId: orderId, command, sagaId }, 'REFUSED');
  await changeOrder(tx, orderId, { counts: true });
  return conflict(order, `${command} it`);
}

/** Locks an order that `mayBegin` has let through. */
export async function begin(
  tx: OrderTransaction,
  command: LockingCommand,
  { orderId, sagaId }: Run,
  revision?: NonNullable<OrderChange['revision']>,
): Promise<OrderRow> {
  await setMark(tx, { aggregateId: orderId, command, sagaId }, 'BEGUN');
  return moved(tx, orderId, kinds[command].begin, { pendingSagaId: sagaId, counts: true, ...(revision && { revision }) });
}

/** Takes an order that a saga has begun on back to where it was; without its begin, remembers that it must not come any more. */
export async function undo(
  tx: OrderTransaction,
  command: LockingCommand,
  run: UndoSagaOnOrderCommand,
  context: CommandContext,
): Promise<UndoSagaOnOrderAnswer | Refusal> {
  const { orderId, sagaId, reason } = run;
  const order = await lockOrder(tx, orderId);
  const mark = await findMark(tx, { aggregateId: orderId, command, sagaId });
  if (mark === 'CONFIRMED')
    return new Refusal('ORDER_STATE_CONFLICT', `${sagaId} has confirmed on order ${orderId}; that cannot be undone.`);
  if (mark === 'UNDONE' || mark === 'REFUSED') return { orderId, state: order?.state ?? null };
  await setMark(tx, { aggregateId: orderId, command, sagaId }, 'UNDONE');
  if (!order || !isSeen(order)) return { orderId, state: order?.state ?? null };
  const failed = lastFailed(command, { ...reason, sagaId });
  const undone =
    mark === 'BEGUN'
      ? await moved(tx, orderId, kinds[command].undo, { ...failed, pendingSagaId: null, revision: null })
      : await changeOrder(tx, orderId, { ...failed, counts: true }, true);
  await appendEvent(tx, orderEvent(undone, kinds[command].undone, { sagaId, reason }), context);
  return { orderId, state: undone.state };
}

/** Refuses a command for a reason that readers of the order are told, too: it has not begun and never will. */
export async function refuse(
  tx: OrderTransaction,
  command: LockingCommand,
  { orderId, sagaId }: Run,
  reason: { code: string; detail: string },
  context: CommandContext,
): Promise<Refusal> {
  await setMark(tx, { aggregateId: orderId, command, sagaId }, 'REFUSED');
  const order = await changeOrder(tx, orderId, { ...lastFailed(command, { ...reason, sagaId }), counts: true }, true);
  await appendEvent(tx, orderEvent(order, kinds[command].undone, { sagaId, reason }), context);
  return new Refusal(reason.code, reason.detail);
}

/**
 * Ends a command with its effect and unlocks the order. @returns the order as it is then, with `again` when that had been done before.
 * @param change what becomes of the order as it was locked.
 */
export async function confirm(
  tx: OrderTransaction,
  command: LockingCommand,
  { orderId, sagaId }: Run,
  change: (order: SeenOrder) => OrderChange = () => ({}),
): Promise<{ order: OrderRow; again: boolean } | Refusal> {
  const order = await lockOrder(tx, orderId);
  if (!order || !isSeen(order)) return orderNotFound(orderId);
  const mark = await findMark(tx, { aggregateId: orderId, command, sagaId });
  if (mark === 'CONFIRMED') return { order, again: true };
  if (mark !== 'BEGUN') return conflict(order, `let ${sagaId}, for which it is not locked, ${command} it`);
  await setMark(tx, { aggregateId: orderId, command, sagaId }, 'CONFIRMED');
  const unlocked = { ...change(order), ...lastFailed(command, null), pendingSagaId: null, revision: null };
  return { order: await moved(tx, orderId, kinds[command].confirm, unlocked), again: false };
}

/** Ships an order that `mayBegin` has let through. */
export async function ship(tx: OrderTransaction, { orderId, sagaId }: Run): Promise<OrderRow> {
  await setMark(tx, { aggregateId: orderId, command: 'ship', sagaId }, 'CONFIRMED');
  return moved(tx, orderId, 'ship', { counts: true });
}

/** A transition of an order that is locked and that has been looked at. */
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

/** Says what the order is at, and what is pending on whose behalf. */
function conflict({ orderId, state, pendingSagaId }: OrderRow, wish: string): Refusal {
  const command = pendingCommands[state as OrderState];
  const pending = command ? ` (the command to ${command} it is pending on behalf of ${pendingSagaId})` : '';
  return new Refusal('ORDER_STATE_CONFLICT', `Order ${orderId} is ${state}${pending}: nobody can ${wish} now.`);
}
