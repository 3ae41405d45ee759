// The workflows to compare, in one bundle for one worker.
export { bookTrip } from '../../workflows/book-trip/book-trip.workflow.js';
export { createOrder } from '../../workflows/create-order/create-order.workflow.js';
export { bookTripAsSample } from './book-trip-as-sample.workflow.js';
export { createOrderAsSample } from './create-order-as-sample.workflow.js';
export { noOpAsSample } from './no-op-as-sample.workflow.js';
export { noOpSaga } from './no-op-saga.workflow.js';
export { noOpSteps } from './no-op-steps.workflow.js';
