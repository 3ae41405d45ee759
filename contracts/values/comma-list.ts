import { z } from 'zod';

/** A query parameter that is a list: `types=a,b`, `types=a&types=b`, or both. In OpenAPI it is an array, as generated clients send one. */
export const commaList = <Item extends z.ZodType<string>>(item: Item, most: number) =>
  z.preprocess(
    (given) =>
      given === undefined ? undefined : [given].flat().flatMap((text) => (typeof text === 'string' ? text.split(',') : [text])),
    z.array(item).min(1).max(most),
  );
