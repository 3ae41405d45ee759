import { Controller, Get, Query } from '@nestjs/common';
import { type Owner, OwnerQuery } from '../../contracts/participant/hold.resource.js';
import { OrderHolds } from './order.holds.js';

/** `GET /owners`, internal: where some orders are, so that holds can be compared with them. */
@Controller('owners')
export class OrderOwnersController {
  constructor(private readonly holds: OrderHolds) {}

  @Get()
  async owners(@Query({ schema: OwnerQuery }) { of }: OwnerQuery): Promise<{ items: Owner[] }> {
    return { items: await this.holds.owners(of) };
  }
}
