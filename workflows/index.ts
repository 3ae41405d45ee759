// Every export is a workflow type that can be started; nothing else may be exported here.
export { bookTrip } from './book-trip/book-trip.workflow.js';
export { cancelOrder } from './cancel-order/cancel-order.workflow.js';
export { cancelTrip } from './cancel-trip/cancel-trip.workflow.js';
export { createOrder } from './create-order/create-order.workflow.js';
export { expireUnpaidOrder } from './expire-unpaid-order/expire-unpaid-order.workflow.js';
export { payOrder } from './pay-order/pay-order.workflow.js';
export { reviseOrder } from './revise-order/revise-order.workflow.js';
export { shipOrder } from './ship-order/ship-order.workflow.js';
