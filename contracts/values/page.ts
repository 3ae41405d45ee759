import { z } from 'zod';

/** What every list takes: how many, and an opaque cursor from the page before. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.string().min(1).max(1024).optional(),
};

/** The query of a list without filters. */
export const PageQuery = z.strictObject(pageQuery);
export type PageQuery = z.infer<typeof PageQuery>;

/** What every list answers: `next` is the cursor of the following page, or null at the end. */
export const pageOf = <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item), next: z.string().nullable() });

export interface Page<Item> {
  items: Item[];
  next: string | null;
}
