import { z } from 'zod';
import { Money } from '../values/money.js';

/** Something that can be ordered, at the price that the order service asks for it. */
export const Product = z.object({ sku: z.string(), name: z.string(), price: Money }).meta({ id: 'Product' });
export type Product = z.infer<typeof Product>;
