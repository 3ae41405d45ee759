import { describe, expect, it } from 'vitest';
import { priceLines } from './order-pricing.js';

const prices = new Map([
  ['SKU-TOKEN', { amount: 100, currency: 'EUR' }],
  ['SKU-TENT', { amount: 24_900, currency: 'EUR' }],
]);

describe('priceLines', () => {
  it('adds up quantity times the price of the catalogue', () => {
    const { total, unknown } = priceLines(
      [
        { sku: 'SKU-TOKEN', quantity: 3 },
        { sku: 'SKU-TENT', quantity: 2 },
      ],
      prices,
    );
    expect(total).toEqual({ amount: 3 * 100 + 2 * 24_900, currency: 'EUR' });
    expect(unknown).toEqual([]);
  });

  it('names what the catalogue does not have and asks nothing for it', () => {
    const { lines, total, unknown } = priceLines(
      [
        { sku: 'SKU-GONE', quantity: 5 },
        { sku: 'SKU-TOKEN', quantity: 1 },
      ],
      prices,
    );
    expect(unknown).toEqual(['SKU-GONE']);
    expect(lines[0]?.unitPrice.amount).toBe(0);
    expect(total.amount).toBe(100);
  });

  it('stays exact for the largest order that the contract allows', () => {
    const { total } = priceLines(
      Array.from({ length: 100 }, () => ({ sku: 'SKU-TENT', quantity: 1_000_000 })),
      prices,
    );
    expect(total.amount).toBe(100 * 1_000_000 * 24_900);
    expect(Number.isSafeInteger(total.amount)).toBe(true);
  });
});
