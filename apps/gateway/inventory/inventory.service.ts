import { Inject, Injectable } from '@nestjs/common';
import type { CarOffer, FlightOffer, HotelOffer, TrainOffer } from '../../../contracts/reservation/inventory.resource.js';
import type { Page } from '../../../contracts/values/page.js';
import { ParticipantsService } from '../participants/participants.service.js';

export interface InventoryQuery {
  date?: string | undefined;
  limit: number;
  after?: string | undefined;
}

/** What there is to book on a day, as those who sell it say. */
@Injectable()
export class Inventory {
  constructor(@Inject(ParticipantsService) private readonly participants: ParticipantsService) {}

  hotels(query: InventoryQuery): Promise<Page<HotelOffer>> {
    return this.participants.apis.hotel.get('/inventory', { ...query });
  }

  flights(query: InventoryQuery): Promise<Page<FlightOffer>> {
    return this.participants.apis.flight.get('/inventory', { ...query });
  }

  cars(query: InventoryQuery): Promise<Page<CarOffer>> {
    return this.participants.apis.car.get('/inventory', { ...query });
  }

  trains(query: InventoryQuery): Promise<Page<TrainOffer>> {
    return this.participants.apis.rail.get('/inventory', { ...query });
  }
}
