import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Page, PageQuery } from '../../../contracts/values/page.js';
import { Product } from '../../../contracts/order/product.resource.js';
import { ApiPage } from '../http/api-responses.decorator.js';
import { Allow } from '../auth/allow.decorator.js';
import { ParticipantsService } from '../upstreams/participants.service.js';

@ApiTags('products')
@Allow('orders')
@Controller('v1/products')
export class ProductsController {
  constructor(private readonly participants: ParticipantsService) {}

  @Get()
  @ApiOperation({ summary: 'List products, by SKU' })
  @ApiPage(Product)
  list(@Query({ schema: PageQuery }) page: PageQuery): Promise<Page<Product>> {
    return this.participants.apis.order.get('/products', { ...page });
  }
}
