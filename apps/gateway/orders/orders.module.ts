import { Module } from '@nestjs/common';
import { OrderCommandsController } from './order-commands.controller.js';
import { OrderCommandsService } from './order-commands.service.js';
import { OrderReader } from './order-reader.service.js';
import { OrdersController } from './orders.controller.js';
import { PlaceOrderService } from './place-order.service.js';

@Module({
  controllers: [OrdersController, OrderCommandsController],
  providers: [PlaceOrderService, OrderCommandsService, OrderReader],
})
export class OrdersModule {}
