import { Module } from '@nestjs/common';
import { EventDeliveriesController } from './event-deliveries.controller.js';
import { HookDeliveriesController } from './hook-deliveries.controller.js';
import { HooksController } from './hooks.controller.js';
import { HooksService } from './hooks.service.js';

@Module({
  controllers: [HooksController, HookDeliveriesController, EventDeliveriesController],
  providers: [HooksService],
  exports: [HooksService],
})
export class HooksModule {}
