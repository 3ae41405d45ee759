import { PrismaClient } from '../../generated/customer/client.js';
import { startParticipant } from '../../libs/participant/start-participant.js';
import { HoldController, HoldQueries } from '../../libs/participant/hold.controller.js';
import { CreditController } from './credit.controller.js';
import { CreditHolds } from './credit.holds.js';
import { CreditQueries } from './credit.queries.js';
import { CustomerCommands } from './customer.commands.js';
import { CustomerController } from './customer.controller.js';
import { CustomerQueries } from './customer.queries.js';
import { creditTombstones } from './order-reservation.repository.js';

await startParticipant({
  name: 'customer',
  database: (adapter) => new PrismaClient({ adapter }),
  commands: CustomerCommands,
  controllers: [CustomerController, CreditController, HoldController],
  providers: [CustomerQueries, CreditQueries, { provide: HoldQueries, useClass: CreditHolds }],
  trimmable: creditTombstones,
});
