import { PrismaClient } from '../../generated/order/client.js';
import { startParticipant } from '../../libs/participant/start-participant.js';
import { operationMarks } from '../../libs/participant/operation.repository.js';
import { HoldController, HoldQueries } from '../../libs/participant/hold.controller.js';
import { OrderCommands } from './order.commands.js';
import { OrderController } from './order.controller.js';
import { OrderHolds } from './order.holds.js';
import { OrderOwnersController } from './order.owners.controller.js';
import { OrderQueries } from './order.queries.js';
import { ProductController } from './product.controller.js';

await startParticipant({
  name: 'order',
  database: (adapter) => new PrismaClient({ adapter }),
  commands: OrderCommands,
  controllers: [OrderController, ProductController, HoldController, OrderOwnersController],
  providers: [OrderQueries, OrderHolds, { provide: HoldQueries, useExisting: OrderHolds }],
  trimmable: [operationMarks],
});
