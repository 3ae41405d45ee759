import { describe, expect, it } from 'vitest';
import type { Page, PageQuery } from '../../../contracts/values/page.js';
import { slicePage } from '../../../libs/service-kit/slice-page.js';
import { pageAcross } from './page-across.js';

const lists: Record<string, string[]> = { a: ['a1', 'a2', 'a3'], b: [], c: ['c1', 'c2'] };
const all = Object.keys(lists);
const read = async (name: string, page: PageQuery): Promise<Page<string>> => slicePage(lists[name]!, (item) => item, page);

describe('pageAcross', () => {
  it.each([1, 2, 3, 4, 5, 6])('lists each item once, in pages of %i', async (limit) => {
    const items: string[] = [];
    let after: string | undefined;
    do {
      const page = await pageAcross(all, { limit, after }, read);
      expect(page.items.length).toBeLessThanOrEqual(limit);
      items.push(...page.items);
      after = page.next ?? undefined;
    } while (after !== undefined);
    expect(items).toEqual(['a1', 'a2', 'a3', 'c1', 'c2']);
  });

  it('reads no further service once the page is full', async () => {
    const names: string[] = [];
    await pageAcross(all, { limit: 3 }, async (name, page) => {
      names.push(name);
      return read(name, page);
    });
    expect(names).toEqual(['a']);
  });

  it('refuses a cursor of a service that is not listed', async () => {
    const { next } = await pageAcross(all, { limit: 1 }, read);
    const page = pageAcross(['b', 'c'], { limit: 1, after: next! }, read);
    await expect(page).rejects.toMatchObject({ problem: { status: 422, code: 'INVALID_CURSOR' } });
  });
});
