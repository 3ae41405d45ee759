import { Module } from '@nestjs/common';
import { HookDeliveriesController } from './hook-deliveries.controller.js';
import { HooksController } from './hooks.controller.js';
import { HooksService } from './hooks.service.js';

@Module({ controllers: [HooksController, HookDeliveriesController], providers: [HooksService], exports: [HooksService] })
export class HooksModule {}
