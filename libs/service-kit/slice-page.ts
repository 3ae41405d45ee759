import type { Page, PageQuery } from '../../contracts/values/page.js';
import { decodeCursor, encodeCursor } from './cursor.js';

/**
 * One page of a complete list, in the order of the items' unique keys.
 * @throws ProblemException 422 `INVALID_CURSOR`.
 */
export function slicePage<Item>(all: readonly Item[], keyOf: (item: Item) => string, { limit, after }: PageQuery): Page<Item> {
  const [last] = after === undefined ? [''] : decodeCursor(after, ['string']);
  const following = all.filter((item) => keyOf(item) > last).toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  const items = following.slice(0, limit);
  const shown = items.at(-1);
  return { items, next: following.length > limit && shown ? encodeCursor(keyOf(shown)) : null };
}
