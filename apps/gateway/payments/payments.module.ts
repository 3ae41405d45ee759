import { Module } from '@nestjs/common';
import { PaymentReader } from './payment-reader.service.js';
import { PaymentsController } from './payments.controller.js';

@Module({ controllers: [PaymentsController], providers: [PaymentReader] })
export class PaymentsModule {}
