import { z } from 'zod';
import { Money } from '../values/money.js';

/** A product of the catalogue at its current price. */
export const Product = z.object({ sku: z.string(), name: z.string(), price: Money }).meta({ id: 'Product' });
export type Product = z.infer<typeof Product>;
