import { Module } from '@nestjs/common';
import { CustomerReader } from './customer-reader.service.js';
import { CustomersController } from './customers.controller.js';

@Module({ controllers: [CustomersController], providers: [CustomerReader] })
export class CustomersModule {}
