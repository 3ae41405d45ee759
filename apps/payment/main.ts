import { APP_INTERCEPTOR } from '@nestjs/core';
import { PrismaClient } from '../../generated/payment/client.js';
import { startParticipant } from '../../libs/participant/start-participant.js';
import { HoldController, HoldQueries } from '../../libs/participant/hold.controller.js';
import { PaymentCommands } from './payment.commands.js';
import { PaymentController } from './payment.controller.js';
import { PaymentHolds } from './payment.holds.js';
import { PaymentQueries } from './payment.queries.js';
import { SlowBankInterceptor } from './slow-bank.interceptor.js';

await startParticipant({
  name: 'payment',
  database: (adapter) => new PrismaClient({ adapter }),
  commands: PaymentCommands,
  controllers: [PaymentController, HoldController],
  providers: [
    PaymentQueries,
    { provide: HoldQueries, useClass: PaymentHolds },
    { provide: APP_INTERCEPTOR, useClass: SlowBankInterceptor },
  ],
});
