import type { Money } from '../../contracts/values/money.js';
import type { OrderLine, OrderLineRequest } from '../../contracts/order/order.resource.js';

/** A product's price now, by SKU. */
export type PriceList = ReadonlyMap<string, Money>;

export interface PricedLines {
  lines: OrderLine[];
  total: Money;
  /** SKUs that the catalogue does not have; their lines cost nothing. */
  unknown: string[];
}

const currency = 'EUR';

/** Prices lines from the catalogue, which is in one currency. */
export function priceLines(requested: readonly OrderLineRequest[], prices: PriceList): PricedLines {
  const unknown = requested.filter(({ sku }) => !prices.has(sku)).map(({ sku }) => sku);
  const lines = requested.map(({ sku, quantity }) => ({ sku, quantity, unitPrice: prices.get(sku) ?? { amount: 0, currency } }));
  const amount = lines.reduce((sum, line) => sum + line.quantity * line.unitPrice.amount, 0);
  return { lines, total: { amount, currency }, unknown };
}
