import { PrismaClient } from '../../generated/order/client.js';
import { startParticipant } from '../../libs/participant/start-participant.js';
import { OrderCommands } from './order.commands.js';
import { OrderController } from './order.controller.js';
import { OrderQueries } from './order.queries.js';
import { ProductController } from './product.controller.js';

await startParticipant({
  name: 'order',
  database: (adapter) => new PrismaClient({ adapter }),
  commands: OrderCommands,
  controllers: [OrderController, ProductController],
  providers: [OrderQueries],
});
