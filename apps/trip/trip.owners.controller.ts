import { Controller, Get, Query } from '@nestjs/common';
import { type Owner, OwnerQuery } from '../../contracts/participant/hold.resource.js';
import { TripHolds } from './trip.holds.js';

/** `GET /owners`, internal: where some trips are, so that holds can be compared with them. */
@Controller('owners')
export class TripOwnersController {
  constructor(private readonly holds: TripHolds) {}

  @Get()
  async owners(@Query({ schema: OwnerQuery }) { of }: OwnerQuery): Promise<{ items: Owner[] }> {
    return { items: await this.holds.owners(of) };
  }
}
