import { APP_INTERCEPTOR } from '@nestjs/core';
import { PrismaClient } from '../../generated/payment/client.js';
import { readSettings } from '../../libs/config/settings.js';
import { EXPIRABLE, ExpiryService } from '../../libs/participant/expiry.service.js';
import { tombstonesOf } from '../../libs/participant/retention.js';
import { startParticipant } from '../../libs/participant/start-participant.js';
import { AUTHORIZATION_TTL_MS, authorizations } from './authorization.js';
import { HoldController, HoldQueries } from '../../libs/participant/hold.controller.js';
import { PaymentCommands } from './payment.commands.js';
import { PaymentController } from './payment.controller.js';
import { PaymentHolds } from './payment.holds.js';
import { PaymentQueries } from './payment.queries.js';
import { SlowBankInterceptor } from './slow-bank.interceptor.js';

const { PAYMENT_AUTHORIZATION_TTL_MS } = readSettings('PAYMENT_AUTHORIZATION_TTL_MS');

await startParticipant({
  name: 'payment',
  database: (adapter) => new PrismaClient({ adapter }),
  commands: PaymentCommands,
  controllers: [PaymentController, HoldController],
  providers: [
    PaymentQueries,
    { provide: HoldQueries, useClass: PaymentHolds },
    { provide: APP_INTERCEPTOR, useClass: SlowBankInterceptor },
    { provide: AUTHORIZATION_TTL_MS, useValue: PAYMENT_AUTHORIZATION_TTL_MS },
    { provide: EXPIRABLE, useValue: authorizations },
    ExpiryService,
  ],
  trimmable: [tombstonesOf('payment', 'payment_id')],
});
