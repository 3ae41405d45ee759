import { z } from 'zod';
import { onOneDay } from './inventory.resource.js';

export const CarOffer = z
  .object({ carClass: z.string(), location: z.string(), ...onOneDay })
  .meta({ id: 'CarOffer', description: 'Cars of a class at a location on that day' });
export type CarOffer = z.infer<typeof CarOffer>;

/** `GET /v1/cars`. */
export const carInventory = {
  path: 'cars',
  summary: 'List car classes by location, with the cars free on a day',
  offer: CarOffer,
} as const;
