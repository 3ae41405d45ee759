import { PrismaClient } from '../../generated/customer/client.js';
import { startParticipant } from '../../libs/participant/start-participant.js';
import { CreditController } from './credit.controller.js';
import { CreditQueries } from './credit.queries.js';
import { CustomerCommands } from './customer.commands.js';
import { CustomerController } from './customer.controller.js';
import { CustomerQueries } from './customer.queries.js';

await startParticipant({
  name: 'customer',
  database: (adapter) => new PrismaClient({ adapter }),
  commands: CustomerCommands,
  controllers: [CustomerController, CreditController],
  providers: [CustomerQueries, CreditQueries],
});
