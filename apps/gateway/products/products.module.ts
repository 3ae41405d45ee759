import { Module } from '@nestjs/common';
import { Catalogue } from './catalogue.service.js';
import { ProductsController } from './products.controller.js';

@Module({ controllers: [ProductsController], providers: [Catalogue], exports: [Catalogue] })
export class ProductsModule {}
