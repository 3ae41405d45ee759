import { Controller, Get, Query } from '@nestjs/common';
import { type Page, PageQuery } from '../../contracts/values/page.js';
import type { Product } from '../../contracts/order/product.resource.js';
import { OrderQueries } from './order.queries.js';

@Controller('products')
export class ProductController {
  constructor(private readonly queries: OrderQueries) {}

  @Get()
  list(@Query({ schema: PageQuery }) query: PageQuery): Promise<Page<Product>> {
    return this.queries.products(query);
  }
}
