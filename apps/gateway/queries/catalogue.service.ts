import { Inject, Injectable } from '@nestjs/common';
import type { Money } from '../../../contracts/values/money.js';
import type { Page, PageQuery } from '../../../contracts/values/page.js';
import type { Product } from '../../../contracts/order/product.resource.js';
import { ParticipantsService } from '../upstreams/participants.service.js';

/** More pages than this are not read for a provisional price; a catalogue of 2,000 products fits. */
const MAX_PAGES = 10;

/** The order service's catalogue. */
@Injectable()
export class Catalogue {
  constructor(@Inject(ParticipantsService) private readonly participants: ParticipantsService) {}

  products(page: PageQuery): Promise<Page<Product>> {
    return this.participants.apis.order.get('/products', { ...page });
  }

  /** What products cost now, by SKU; one that is not in the catalogue is not in the answer. */
  async prices(skus: readonly string[]): Promise<Map<string, Money>> {
    const wanted = new Set(skus);
    const prices = new Map<string, Money>();
    let after: string | undefined;
    for (let page = 0; page < MAX_PAGES && prices.size < wanted.size; page++) {
      const { items, next } = await this.products({ limit: 200, after });
      for (const { sku, price } of items) if (wanted.has(sku)) prices.set(sku, price);
      if (next === null) break;
      after = next;
    }
    return prices;
  }
}
