// Every export is a workflow type that can be started; nothing else may be exported here.
export { createOrder } from './create-order/create-order.workflow.js';
