import { describe, expect, it } from 'vitest';
import { formatMoney } from './format-money.js';

describe('formatMoney', () => {
  it.each([
    [12_050, 'EUR', '120.50 EUR'],
    [5, 'EUR', '0.05 EUR'],
    [0, 'EUR', '0.00 EUR'],
    [-120, 'EUR', '-1.20 EUR'],
    [500, 'JPY', '500 JPY'],
    [1_234, 'BHD', '1.234 BHD'],
    [Number.MAX_SAFE_INTEGER, 'EUR', '90071992547409.91 EUR'],
    [100, 'XQZ', '1.00 XQZ'],
  ])('writes %d minor units of %s as %s', (amount, currency, text) => {
    expect(formatMoney({ amount, currency })).toBe(text);
  });
});
