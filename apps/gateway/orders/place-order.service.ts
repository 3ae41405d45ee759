import { Inject, Injectable } from '@nestjs/common';
import { WorkflowExecutionAlreadyStartedError, WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import type { Order, OrderAccepted, PlaceOrder } from '../../../contracts/order.resource.js';
import { ParticipantUnavailableException } from '../../../libs/participant-client/participant-unavailable.exception.js';
import { fingerprint } from '../../../libs/service-kit/fingerprint.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import {
  type CreateOrderRequest,
  createOrderType,
  createOrderWorkflowId,
} from '../../../workflows/create-order/create-order.contract.js';
import { searchAttributes } from '../../../workflows/saga/search-attributes.js';
import type { Caller } from '../auth/caller.decorator.js';
import { GATEWAY_SETTINGS, type GatewaySettings } from '../gateway.settings.js';
import { Links } from '../links.js';
import { ParticipantsService } from '../participants/participants.service.js';
import { TemporalUnavailableException } from '../temporal/temporal-unavailable.exception.js';
import { TemporalService } from '../temporal/temporal.service.js';
import { newOrderId, orderIdOfKey } from './order-id.js';
import { OrderReader } from './order-reader.service.js';

export const EAGER_START = Symbol('EAGER_START');

const START_MS = 3_500;
/** Within the five seconds that a caller is promised. */
const PLACE_MS = 4_500;

interface Request {
  order: PlaceOrder;
  caller: Caller;
  idempotencyKey: string | undefined;
}

interface Placement {
  orderId: string;
  order: PlaceOrder;
  print: string;
  /** Whether the caller can send the same again: only then can there be a first time. */
  repeatable: boolean;
}

/** Starts the saga `createOrder`, once for each idempotency key. */
@Injectable()
export class PlaceOrderService {
  /** Requests with one key that come while the first is under way share its answer; those that come later find its run. */
  private readonly underWay = new Map<string, Promise<OrderAccepted>>();

  constructor(
    @Inject(TemporalService) private readonly temporal: TemporalService,
    @Inject(ParticipantsService) private readonly participants: ParticipantsService,
    @Inject(OrderReader) private readonly orders: OrderReader,
    @Inject(Links) private readonly links: Links,
    @Inject(GATEWAY_SETTINGS) private readonly settings: GatewaySettings,
    @Inject(EAGER_START) private readonly eagerStart: boolean,
  ) {}

  /**
   * Returns as soon as the start is durable. A repeated key is answered as it was the first time.
   * @throws ProblemException 422 `IDEMPOTENCY_KEY_REUSED`, 503 `PARTICIPANT_UNAVAILABLE` (nothing was started) or 503
   * `TEMPORAL_UNAVAILABLE`, whose detail says whether the order may exist all the same.
   */
  async place({ order, caller, idempotencyKey }: Request): Promise<OrderAccepted> {
    const print = fingerprint(order);
    if (idempotencyKey === undefined) return this.placeOnce({ orderId: newOrderId(), order, print, repeatable: false });

    const orderId = orderIdOfKey(caller, idempotencyKey);
    const same = `${orderId} ${print}`;
    const underWay = this.underWay.get(same);
    if (underWay) return underWay;
    const placing = this.placeOnce({ orderId, order, print, repeatable: true }).finally(() => this.underWay.delete(same));
    this.underWay.set(same, placing);
    return placing;
  }

  /** The order at the end of its saga, or undefined if that is not reached within `seconds`. */
  async outcome(orderId: string, seconds: number): Promise<Order | undefined> {
    const ended = await this.temporal
      .wait((client) => client.workflow.getHandle(createOrderWorkflowId(orderId)).result(), seconds * 1_000)
      .catch((error: unknown) => {
        if (error instanceof WorkflowFailedError) return 'failed';
        throw error;
      });
    if (ended === undefined) return undefined;
    // The saga is accepted whatever becomes of this look at its order: who cannot have the outcome gets the 202.
    const order = await this.orders.order(orderId).catch(() => undefined);
    return order?.state === 'PENDING' ? undefined : order;
  }

  private async placeOnce({ orderId, order, print, repeatable }: Placement): Promise<OrderAccepted> {
    const deadline = Date.now() + PLACE_MS;
    try {
      this.participants.assertAvailable(['order', 'customer']);
      return this.accepted(orderId, await this.start(orderId, order, print));
    } catch (error) {
      if (error instanceof TemporalUnavailableException) throw this.startInDoubt(error, orderId, repeatable);
      // A repeat needs no participant: what was accepted before is accepted still.
      const mayBeRepeat =
        error instanceof WorkflowExecutionAlreadyStartedError || (repeatable && error instanceof ParticipantUnavailableException);
      if (!mayBeRepeat) throw error;
      const runId = await this.firstRun(orderId, print, deadline);
      if (runId === undefined) throw error;
      return this.accepted(orderId, runId);
    }
  }

  /** @returns the id of the run that was started. */
  private async start(orderId: string, { customerId, lines }: PlaceOrder, print: string): Promise<string> {
    const { SAGA_FAST_STEP_MS, SAGA_STEP_DEADLINE_MS, SAGA_ATTENTION_AFTER_MS, TEMPORAL_TASK_QUEUE } = this.settings;
    const policy = {
      fastStepMs: SAGA_FAST_STEP_MS,
      stepDeadlineMs: SAGA_STEP_DEADLINE_MS,
      attentionAfterMs: SAGA_ATTENTION_AFTER_MS,
    };
    const request: CreateOrderRequest = { orderId, customerId, lines, policy };
    const handle = await this.temporal.call(
      (client) =>
        client.workflow.start(createOrderType, {
          workflowId: createOrderWorkflowId(orderId),
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          workflowIdConflictPolicy: 'FAIL',
          taskQueue: TEMPORAL_TASK_QUEUE,
          args: [request],
          requestEagerStart: this.eagerStart,
          memo: { fingerprint: print },
          typedSearchAttributes: [
            { key: searchAttributes.sagaType, value: createOrderType },
            { key: searchAttributes.sagaState, value: 'RUNNING' },
            { key: searchAttributes.customerId, value: customerId },
            { key: searchAttributes.businessId, value: orderId },
          ],
          staticSummary: `Order ${orderId} for customer ${customerId}`,
          staticDetails: lines.map(({ sku, quantity }) => `- ${quantity} × ${sku}`).join('\n'),
        }),
      START_MS,
    );
    return handle.firstExecutionRunId;
  }

  /**
   * @returns the id of the run that the first request with a key started; undefined if there was none.
   * @throws ProblemException 422 if that request asked for something else.
   */
  private async firstRun(orderId: string, print: string, deadline: number): Promise<string | undefined> {
    const first = await this.temporal
      .call((client) => client.workflow.getHandle(createOrderWorkflowId(orderId)).describe(), Math.max(deadline - Date.now(), 1))
      .catch((error: unknown) => {
        if (error instanceof WorkflowNotFoundError) return undefined;
        throw error;
      });
    if (!first || first.memo?.['fingerprint'] === print) return first?.runId;
    throw new ProblemException(
      422,
      'IDEMPOTENCY_KEY_REUSED',
      `The Idempotency-Key belongs to order ${orderId}, which was placed with other content. Another order needs a key of its own.`,
    );
  }

  private startInDoubt({ sent, cause }: TemporalUnavailableException, orderId: string, repeatable: boolean): ProblemException {
    if (!sent) return new TemporalUnavailableException(sent, { cause, consequence: 'Nothing was started. Try again later.' });
    const settle = !repeatable
      ? `Look for it later at ${this.links.order(orderId)}.`
      : 'Repeat the request with the same Idempotency-Key: that settles it, and never places a second order.';
    return new TemporalUnavailableException(sent, {
      cause,
      consequence: `Whether order ${orderId} was placed is not known. ${settle}`,
    });
  }

  private accepted(orderId: string, runId: string): OrderAccepted {
    const sagaId = createOrderWorkflowId(orderId);
    const links = {
      self: this.links.order(orderId),
      saga: this.links.saga(sagaId),
      temporalUi: this.links.temporalUi(sagaId, runId),
    };
    return { orderId, state: 'PENDING', sagaId, links };
  }
}
