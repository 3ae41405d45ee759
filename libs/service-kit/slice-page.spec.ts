import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProblemException } from './problem.exception.js';
import { slicePage } from './slice-page.js';

const itself = (text: string) => text;

describe('slicePage', () => {
  it('shows each item once, in order, however long the pages are', () => {
    const keys = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 20 }), { maxLength: 30 });
    fc.assert(
      fc.property(keys, fc.integer({ min: 1, max: 10 }), (all, limit) => {
        const seen: string[] = [];
        for (let after: string | undefined; ;) {
          const { items, next } = slicePage(all, itself, { limit, after });
          seen.push(...items);
          if (next === null) break;
          expect(items).toHaveLength(limit);
          after = next;
        }
        expect(seen).toEqual(all.toSorted());
      }),
    );
  });

  it('goes on behind an item that is gone by now', () => {
    const { next } = slicePage(['a', 'b', 'c'], itself, { limit: 2 });
    expect(slicePage(['a', 'c'], itself, { limit: 2, after: next! })).toEqual({ items: ['c'], next: null });
  });

  it('refuses a cursor that no list gave', () => {
    expect(() => slicePage([], itself, { limit: 1, after: 'x' })).toThrow(ProblemException);
  });
});
