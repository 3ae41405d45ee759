import { Module } from '@nestjs/common';
import { InventoryController } from './inventory.controller.js';
import { Inventory } from './inventory.service.js';

@Module({ controllers: [InventoryController], providers: [Inventory] })
export class InventoryModule {}
