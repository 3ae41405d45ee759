import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { type Page, pageOf, pageQuery } from '../../../contracts/values/page.js';
import { Product } from '../../../contracts/order/product.resource.js';
import type { PageRequest } from '../../../libs/service-kit/slice-page.js';
import { ApiProblems } from '../http/api-responses.decorator.js';
import { Allow } from '../auth/allow.decorator.js';
import { Catalogue } from './catalogue.service.js';

const ProductListQuery = z.strictObject(pageQuery);

@ApiTags('products')
@Allow('orders')
@Controller('v1/products')
export class ProductsController {
  constructor(@Inject(Catalogue) private readonly catalogue: Catalogue) {}

  @Get()
  @ApiOperation({ summary: 'List products, by SKU' })
  @ApiOkResponse({ standardSchema: pageOf(Product) })
  @ApiProblems({ 422: ['VALIDATION_FAILED', 'INVALID_CURSOR'], 503: ['PARTICIPANT_UNAVAILABLE'] })
  list(@Query({ schema: ProductListQuery }) page: PageRequest): Promise<Page<Product>> {
    return this.catalogue.products(page);
  }
}
