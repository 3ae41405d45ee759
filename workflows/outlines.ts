import type { SagaOutline } from '../contracts/saga/saga-outline.js';
import { bookTrip } from './book-trip/book-trip.workflow.js';
import { cancelOrder } from './cancel-order/cancel-order.workflow.js';
import { cancelTrip } from './cancel-trip/cancel-trip.workflow.js';
import { createOrder } from './create-order/create-order.workflow.js';
import { payOrder } from './pay-order/pay-order.workflow.js';
import { reviseOrder } from './revise-order/revise-order.workflow.js';
import { shipOrder } from './ship-order/ship-order.workflow.js';

const sagas = { createOrder, reviseOrder, cancelOrder, payOrder, shipOrder, bookTrip, cancelTrip };
export type SagaType = keyof typeof sagas;
type RequestOf<Type extends SagaType> = Parameters<(typeof sagas)[Type]['outline']>[0];

/** All saga types, in the order in which the API lists them. */
export const sagaTypes = Object.keys(sagas) as SagaType[];

/** The steps that a saga declares for an input. It needs no server and has no effect. */
export const outlineOf = <Type extends SagaType>(type: Type, request: RequestOf<Type>): SagaOutline => ({
  type,
  steps: sagas[type].outline(request as never),
});
