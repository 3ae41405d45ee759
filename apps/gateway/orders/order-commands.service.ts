import { Injectable } from '@nestjs/common';
import type { OrderCommand, OrderState } from '../../../contracts/order/order-state.js';
import type { Order, OrderCommandAccepted, PayOrder, ReviseOrder } from '../../../contracts/order/order.resource.js';
import type { Participant } from '../../../contracts/participant/participants.js';
import {
  cancelOrderIds,
  type CancelOrderRequest,
  cancelOrderType,
} from '../../../workflows/cancel-order/cancel-order.contract.js';
import { payOrderIds, type PayOrderRequest, payOrderType } from '../../../workflows/pay-order/pay-order.contract.js';
import {
  reviseOrderIds,
  type ReviseOrderRequest,
  reviseOrderType,
} from '../../../workflows/revise-order/revise-order.contract.js';
import { shipOrderIds, type ShipOrderRequest, shipOrderType } from '../../../workflows/ship-order/ship-order.contract.js';
import { Links } from '../http/links.js';
import type { CommandHeaders } from '../http/command-headers.decorator.js';
import { ResourceCommandStarter, type ResourceCommand } from '../saga-start/resource-command-starter.service.js';
import type { SagaInput } from '../saga-start/saga-starter.service.js';
import { OrderReader } from './order-reader.service.js';

interface CommandKind extends Pick<ResourceCommand<Order>, 'participle' | 'type' | 'ids' | 'requiredState'> {
  /** The state of the order until the saga has ended. Shipping has one step, so its state does not change. */
  pendingState: OrderState;
  participants: readonly Participant[];
}

const kinds: Record<OrderCommand, CommandKind> = {
  revise: {
    participle: 'revised',
    type: reviseOrderType,
    ids: reviseOrderIds,
    requiredState: 'APPROVED',
    pendingState: 'REVISION_PENDING',
    participants: ['order', 'customer'],
  },
  cancel: {
    participle: 'cancelled',
    type: cancelOrderType,
    ids: cancelOrderIds,
    requiredState: 'APPROVED',
    pendingState: 'CANCEL_PENDING',
    participants: ['order', 'customer'],
  },
  pay: {
    participle: 'paid',
    type: payOrderType,
    ids: payOrderIds,
    requiredState: 'APPROVED',
    pendingState: 'PAYMENT_PENDING',
    participants: ['order', 'payment', 'customer'],
  },
  ship: {
    participle: 'shipped',
    type: shipOrderType,
    ids: shipOrderIds,
    requiredState: 'PAID',
    pendingState: 'PAID',
    participants: ['order'],
  },
};

type CommandRequest = SagaInput<ReviseOrderRequest | CancelOrderRequest | PayOrderRequest | ShipOrderRequest>;

/** Starts the sagas of the commands on an existing order. */
@Injectable()
export class OrderCommandsService {
  constructor(
    private readonly sagas: ResourceCommandStarter,
    private readonly orders: OrderReader,
    private readonly links: Links,
  ) {}

  /** @throws ProblemException as `ResourceCommandStarter.start`, all of them. */
  revise(orderId: string, content: ReviseOrder, headers: CommandHeaders): Promise<OrderCommandAccepted> {
    return this.start('revise', orderId, content, headers);
  }

  cancel(orderId: string, headers: CommandHeaders): Promise<OrderCommandAccepted> {
    return this.start('cancel', orderId, {}, headers);
  }

  pay(orderId: string, content: PayOrder, headers: CommandHeaders): Promise<OrderCommandAccepted> {
    return this.start('pay', orderId, content, headers);
  }

  ship(orderId: string, headers: CommandHeaders): Promise<OrderCommandAccepted> {
    return this.start('ship', orderId, {}, headers);
  }

  /**
   * The order at the end of the saga of the command, or undefined if it does not end within `seconds`.
   * @throws ProblemException 409 `ORDER_STATE_CONFLICT` when another saga was faster.
   */
  outcome({ orderId, sagaId }: OrderCommandAccepted, seconds: number): Promise<Order | undefined> {
    return this.sagas.outcome({ aggregateType: 'order', read: () => this.orders.order(orderId) }, sagaId, seconds);
  }

  private async start(
    name: OrderCommand,
    orderId: string,
    content: ReviseOrder | PayOrder | object,
    headers: CommandHeaders,
  ): Promise<OrderCommandAccepted> {
    const { pendingState, participants, ...kind } = kinds[name];
    const request: CommandRequest = { orderId, ...content };
    const command: ResourceCommand<Order> = {
      ...kind,
      aggregateType: 'order',
      businessId: orderId,
      content,
      read: () => this.orders.order(orderId),
      saga: () => ({ request, participants }),
    };
    const run = await this.sagas.start(command, headers);
    return { orderId, state: pendingState, sagaId: run.sagaId, links: this.links.ofCommand(this.links.order(orderId), run) };
  }
}
