import { customerOrders } from './customer-orders.projection.js';
import type { Projection } from './projection.js';
import { sagaList } from './saga-list.projection.js';

/** All read models. A new one needs a line here, and a table in prisma/projection. */
export const projections: readonly Projection[] = [customerOrders, sagaList];
