import type { Page, PageQuery } from '../../../contracts/values/page.js';
import { decodeCursor, encodeCursor, invalidCursor } from '../../../libs/service-kit/cursor.js';

/**
 * A page of one list over several services. It reads one service after the other, so that a page ends at one cursor.
 * @param names of the services, in the order of the list.
 * @param read a page of the list of one service.
 * @throws ProblemException 422 `INVALID_CURSOR` for a cursor of another list, or of a service that is not named; and what `read` throws.
 */
export async function pageAcross<Name extends string, Item>(
  names: readonly Name[],
  { limit, after }: PageQuery,
  read: (name: Name, page: PageQuery) => Promise<Page<Item>>,
): Promise<Page<Item>> {
  const [first, position] = after === undefined ? [names[0], ''] : decodeCursor(after, ['string', 'string']);
  const start = names.findIndex((name) => name === first);
  if (start === -1) throw invalidCursor();
  const items: Item[] = [];
  let cursor = position === '' ? undefined : position;
  for (const [index, name] of names.slice(start).entries()) {
    const page = await read(name, { limit: limit - items.length, after: cursor });
    items.push(...page.items);
    if (page.next !== null) return { items, next: encodeCursor(name, page.next) };
    const following = names[start + index + 1];
    if (following !== undefined && items.length === limit) return { items, next: encodeCursor(following, '') };
    cursor = undefined;
  }
  return { items, next: null };
}
