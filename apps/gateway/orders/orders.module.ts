import { type DynamicModule, Module } from '@nestjs/common';
import { ProductsModule } from '../products/products.module.js';
import { OrderReader } from './order-reader.service.js';
import { OrdersController } from './orders.controller.js';
import { EAGER_START, PlaceOrderService } from './place-order.service.js';
import { UnrecordedOrders } from './unrecorded-orders.service.js';

@Module({})
export class OrdersModule {
  /** @param eagerStart whether a worker in this process, on the same connection, may take a saga's first task without a detour. */
  static register(eagerStart: boolean): DynamicModule {
    return {
      module: OrdersModule,
      imports: [ProductsModule],
      controllers: [OrdersController],
      providers: [{ provide: EAGER_START, useValue: eagerStart }, PlaceOrderService, OrderReader, UnrecordedOrders],
    };
  }
}
