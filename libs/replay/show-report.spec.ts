import { describe, expect, it } from 'vitest';
import { showValue } from './show-report.js';

const shown = (value: Parameters<typeof showValue>[0], showValues = false) =>
  showValue(value, { showValues, code: `state: 'APPROVED', other: "on hold"` });

describe('showValue', () => {
  it.each([
    [5, '5'],
    [true, 'true'],
    [null, 'null'],
    [undefined, '–'],
    [{ ms: 200 }, '200 ms'],
    [{ ms: 4_000 }, '4 s'],
    [{ ms: 120_000 }, '2 min'],
    ['APPROVED', 'APPROVED'],
    ['on hold', 'on hold'],
    ['{input.orderId}', '{input.orderId}'],
    ['{workflow id}/create-order', '{workflow id}/create-order'],
    ['Ada Lovelace', 'text of 12'],
    ['APPROVED by Ada', 'text of 15'],
  ])('shows %j as %s', (value, text) => expect(shown(value)).toBe(text));

  it('shows any text on demand', () => expect(shown('Ada Lovelace', true)).toBe('Ada Lovelace'));
});
