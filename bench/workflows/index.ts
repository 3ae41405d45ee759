// What is measured against each other, in one bundle for one worker.
export { createOrder } from '../../workflows/create-order/create-order.workflow.js';
export { createOrderAsSample } from './create-order-as-sample.workflow.js';
export { noOpSteps } from './no-op-steps.workflow.js';
