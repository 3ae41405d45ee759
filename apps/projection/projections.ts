import { customerOrders } from './customer-orders.projection.js';
import type { Projection } from './projection.js';
import { sagaList } from './saga-list.projection.js';

/** Every read model. A new one is one more line here, and its table in prisma/projection. */
export const projections: readonly Projection[] = [customerOrders, sagaList];
