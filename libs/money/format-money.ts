import type { Money } from '../../contracts/values/money.js';

/** An amount as people write it, with as many decimals as its currency has: `120.50 EUR`, `500 JPY`. */
export function formatMoney({ amount, currency }: Money): string {
  const decimals = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
  const digits = String(Math.abs(amount)).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  return `${amount < 0 ? '-' : ''}${whole}${decimals > 0 ? `.${digits.slice(-decimals)}` : ''} ${currency}`;
}
