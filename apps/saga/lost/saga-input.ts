import type { Client } from '@temporalio/client';
import { decodeFromPayloadsAtIndex } from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { Order } from '../../../contracts/order/order.resource.js';
import { changeItems } from '../../../contracts/trip/trip-part.js';
import type { Trip } from '../../../contracts/trip/trip.resource.js';
import type { ServiceApi } from '../../../libs/service-client/service-api.js';
import { ProblemException } from '../../../libs/service-kit/problem.exception.js';
import { bookTripIds, bookTripType } from '../../../workflows/book-trip/book-trip.contract.js';
import { cancelOrderIds, cancelOrderType } from '../../../workflows/cancel-order/cancel-order.contract.js';
import { cancelTripIds, cancelTripType } from '../../../workflows/cancel-trip/cancel-trip.contract.js';
import { createOrderIds, createOrderType } from '../../../workflows/create-order/create-order.contract.js';
import { payOrderIds, payOrderType } from '../../../workflows/pay-order/pay-order.contract.js';
import { reviseOrderIds, reviseOrderType } from '../../../workflows/revise-order/revise-order.contract.js';
import type { SagaPolicy } from '../../../workflows/saga/saga.contract.js';
import { shipOrderIds, shipOrderType } from '../../../workflows/ship-order/ship-order.contract.js';

/** The one argument of every saga. */
export type SagaInput = { policy: SagaPolicy } & Record<string, unknown>;

/** The services that own the orders and trips of sagas. */
export interface Owners {
  order: ServiceApi;
  trip: ServiceApi;
}

/** A payment method that no bank accepts: only a step that is already done succeeds with it. */
const UNKNOWN_PAYMENT_METHOD = 'unknown';

type Rebuild = (businessId: string, owners: Owners) => Promise<Record<string, unknown>>;

const orderIdOnly: Rebuild = async (orderId) => ({ orderId });

/**
 * Rebuilds the input of each saga from its owner, as far as possible. Compensations need ids only, so this is enough to roll
 * back.
 */
const inputRebuilders: Record<string, { ids: { businessIdOf(sagaId: string): string | undefined }; rebuild: Rebuild }> = {
  [createOrderType]: {
    ids: createOrderIds,
    rebuild: async (orderId, { order }) => {
      const known = await find<Order>(order, `/orders/${orderId}`);
      const lines = known?.lines.map(({ sku, quantity }) => ({ sku, quantity })) ?? [];
      return { orderId, customerId: known?.customerId ?? 'unknown', lines };
    },
  },
  [reviseOrderType]: {
    ids: reviseOrderIds,
    rebuild: async (orderId, { order }) => {
      const known = await find<Order>(order, `/orders/${orderId}`);
      const lines = (known?.pending?.lines ?? known?.lines ?? []).map(({ sku, quantity }) => ({ sku, quantity }));
      return { orderId, lines };
    },
  },
  [cancelOrderType]: { ids: cancelOrderIds, rebuild: orderIdOnly },
  [payOrderType]: {
    ids: payOrderIds,
    rebuild: async (orderId) => ({ orderId, paymentMethod: UNKNOWN_PAYMENT_METHOD }),
  },
  [shipOrderType]: { ids: shipOrderIds, rebuild: orderIdOnly },
  [bookTripType]: {
    ids: bookTripIds,
    rebuild: async (tripId, { trip }) => {
      const known = await find<Trip>(trip, `/trips/${tripId}`);
      return {
        tripId,
        customerId: known?.customerId ?? 'unknown',
        paymentMethod: UNKNOWN_PAYMENT_METHOD,
        ...(known ? requestedParts(known) : {}),
      };
    },
  },
  [cancelTripType]: { ids: cancelTripIds, rebuild: async (tripId) => ({ tripId }) },
};

/** The type and the business id of a saga, from its id; undefined if it is not the id of a saga. */
export function sagaOfId(sagaId: string): { type: string; businessId: string } | undefined {
  for (const [type, { ids }] of Object.entries(inputRebuilders)) {
    const businessId = ids.businessIdOf(sagaId);
    if (businessId !== undefined) return { type, businessId };
  }
  return undefined;
}

/** The input that a run was started with. It is the first event of the run's history, which may be long: only that event is read. */
export async function inputOfRun(client: Client, workflowId: string, runId: string): Promise<SagaInput> {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: 1,
  });
  const started = history?.events?.[0]?.workflowExecutionStartedEventAttributes;
  return decodeFromPayloadsAtIndex<SagaInput>(client.options.loadedDataConverter, 0, started?.input?.payloads);
}

/**
 * The input of a saga whose history is gone.
 * @throws ProblemException 409 `SAGA_NOT_LOST` for a type that cannot be settled, 503 when the owner cannot be asked.
 */
export async function inputFromOwner(type: string, businessId: string, owners: Owners, policy: SagaPolicy): Promise<SagaInput> {
  const found = inputRebuilders[type];
  if (!found) throw new ProblemException(409, 'SAGA_NOT_LOST', `A saga of type ${type} cannot be settled.`);
  return { ...(await found.rebuild(businessId, owners)), policy };
}

async function find<Resource>(owner: ServiceApi, path: string): Promise<Resource | undefined> {
  try {
    return await owner.get<Resource>(path);
  } catch (error) {
    if (error instanceof ProblemException && error.problem.status === 404) return undefined;
    throw error;
  }
}

const outcomeFields = ['price', 'reservationId', 'state'];

/** The requested parts of a trip, without their outcome. */
const requestedParts = (trip: Trip): Record<string, unknown> =>
  changeItems(trip, (item) => Object.fromEntries(Object.entries(item).filter(([field]) => !outcomeFields.includes(field))));
