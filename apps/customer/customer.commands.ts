import { Injectable } from '@nestjs/common';
import {
  ChangeReservationCommand,
  type CheckCustomerAnswer,
  CheckCustomerCommand,
  ReleaseCreditCommand,
  type ReservationAnswer,
  ReserveCreditCommand,
  RestoreReservationCommand,
} from '../../contracts/customer/customer.commands.js';
import type { Money } from '../../contracts/values/money.js';
import { command, type CommandHandlers } from '../../libs/participant/command-handler.js';
import { Refusal } from '../../libs/participant/refusal.js';
import { addedByChange, type CustomerTransaction, appendEntry, type NewEntry } from './credit-ledger.repository.js';
import { formatMoney } from '../../libs/money/format-money.js';
import { isRestored, insertTombstone, lockReservation, recordRestored } from './order-reservation.repository.js';
import { raiseRefusal } from './raise-refusal.js';

/** The commands of the customer service. A repeated command has no second effect, with the same key or with another. */
@Injectable()
export class CustomerCommands implements CommandHandlers<'customer', CustomerTransaction> {
  /** An order reserves once. A repeat gets the same answer. A different amount, or an order that was released, is refused. */
  readonly reserveCredit = command(
    ReserveCreditCommand,
    async (tx: CustomerTransaction, { customerId, orderId, amount }, context): Promise<ReservationAnswer | Refusal> => {
      const reservation = await lockReservation(tx, orderId);
      if (reservation.state === 'RELEASED') return alreadyReleased(orderId);
      if (reservation.state === 'HELD') {
        if (reservation.customerId === customerId && isSame(reservation.amount, amount)) return { orderId, reserved: amount };
        return new Refusal(
          'CREDIT_ALREADY_RESERVED',
          `Order ${orderId} has ${formatMoney(reservation.amount)} reserved with ${reservation.customerId} already; ${formatMoney(amount)} with ${customerId} cannot be reserved for it too.`,
        );
      }
      const refusal = await appendEntry(
        tx,
        customerId,
        (account) =>
          account ? (raiseRefusal(account, amount) ?? { kind: 'RESERVED', amount, orderId }) : this.noAccount(tx, customerId),
        context,
      );
      return refusal ?? { orderId, reserved: amount };
    },
  );

  /** A raise is refused for the same reasons as a new reservation. A lower amount is never refused. */
  readonly changeReservation = command(
    ChangeReservationCommand,
    async (tx: CustomerTransaction, { orderId, changeId, amount }, context): Promise<ReservationAnswer | Refusal> => {
      const reservation = await lockReservation(tx, orderId);
      if (await isRestored(tx, orderId, changeId)) {
        return new Refusal(
          'CHANGE_ALREADY_RESTORED',
          `The change of ${orderId} by ${changeId} was restored before it arrived; it cannot take effect any more.`,
        );
      }
      if (reservation.state === 'RELEASED') return alreadyReleased(orderId);
      if (reservation.state === 'NONE')
        return new Refusal('RESERVATION_NOT_FOUND', `Order ${orderId} has nothing reserved to change.`);
      if (isSame(reservation.amount, amount)) return { orderId, reserved: amount };

      const difference = { amount: amount.amount - reservation.amount.amount, currency: amount.currency };
      const lowers = difference.amount < 0 && amount.currency === reservation.amount.currency;
      const entry: NewEntry = { kind: 'CHANGED', amount: difference, orderId, changeId };
      const refusal = await appendEntry(
        tx,
        reservation.customerId,
        (account) => (lowers ? entry : (raiseRefusal(account!, difference) ?? entry)),
        context,
      );
      return refusal ?? { orderId, reserved: amount };
    },
  );

  /** Never refused: it only releases. The tombstone refuses a change that arrives later. */
  readonly restoreReservation = command(
    RestoreReservationCommand,
    async (tx: CustomerTransaction, { orderId, changeId }, context): Promise<ReservationAnswer> => {
      const reservation = await lockReservation(tx, orderId);
      await recordRestored(tx, orderId, changeId);
      if (reservation.state !== 'HELD') return { orderId, reserved: null };
      const { customerId, amount: held } = reservation;
      const added = await addedByChange(tx, orderId, changeId);
      if (added <= 0) return { orderId, reserved: held };
      const entry: NewEntry = { kind: 'CHANGED', amount: { ...held, amount: -added }, orderId, changeId };
      await appendEntry(tx, customerId, () => entry, context);
      return { orderId, reserved: { ...held, amount: held.amount - added } };
    },
  );

  /** Never refused. An order without a reservation gets a tombstone, which refuses a late reservation. */
  readonly releaseCredit = command(
    ReleaseCreditCommand,
    async (tx: CustomerTransaction, { orderId }, context): Promise<ReservationAnswer> => {
      const reservation = await lockReservation(tx, orderId);
      if (reservation.state === 'RELEASED') return { orderId, reserved: reservation.amount };
      if (reservation.state === 'NONE') {
        await insertTombstone(tx, orderId);
        return { orderId, reserved: null };
      }
      const { customerId, amount } = reservation;
      await appendEntry(
        tx,
        customerId,
        () => ({ kind: 'RELEASED', amount: { ...amount, amount: 0 - amount.amount }, orderId }),
        context,
      );
      return { orderId, reserved: { ...amount, amount: 0 } };
    },
  );

  readonly checkCustomer = command(
    CheckCustomerCommand,
    async (tx: CustomerTransaction, { customerId }): Promise<CheckCustomerAnswer | Refusal> => {
      const customer = await tx.customer.findUnique({ where: { customerId } });
      return customer ? { customerId, state: customer.state } : customerUnknown(customerId);
    },
  );

  private async noAccount(tx: CustomerTransaction, customerId: string): Promise<Refusal> {
    const customer = await tx.customer.findUnique({ where: { customerId } });
    if (!customer) return customerUnknown(customerId);
    return new Refusal('CREDIT_ACCOUNT_NOT_OPEN', `${customerId} is ${customer.state} and has no credit account yet.`);
  }
}

const customerUnknown = (customerId: string): Refusal => new Refusal('CUSTOMER_NOT_FOUND', `There is no customer ${customerId}.`);

const alreadyReleased = (orderId: string): Refusal =>
  new Refusal('CREDIT_ALREADY_RELEASED', `The credit of order ${orderId} was released; nothing can be reserved for it any more.`);

const isSame = (one: Money, other: Money): boolean => one.amount === other.amount && one.currency === other.currency;
