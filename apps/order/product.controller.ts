import { Controller, Get, Query } from '@nestjs/common';
import { z } from 'zod';
import { type Page, pageQuery } from '../../contracts/values/page.js';
import type { Product } from '../../contracts/order/product.resource.js';
import { OrderQueries } from './order.queries.js';

const ProductListQuery = z.strictObject(pageQuery);

@Controller('products')
export class ProductController {
  constructor(private readonly queries: OrderQueries) {}

  @Get()
  list(@Query({ schema: ProductListQuery }) query: { limit: number; after?: string }): Promise<Page<Product>> {
    return this.queries.products(query);
  }
}
