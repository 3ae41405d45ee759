import { z } from 'zod';
import { onOneDay } from './inventory.resource.js';

export const HotelOffer = z
  .object({ hotelId: z.string(), name: z.string(), city: z.string(), ...onOneDay })
  .meta({ id: 'HotelOffer', description: 'Rooms of a hotel for the night that begins on that day' });
export type HotelOffer = z.infer<typeof HotelOffer>;

/** `GET /v1/hotels`. */
export const hotelInventory = {
  path: 'hotels',
  summary: 'List hotels with their free rooms for a night',
  offer: HotelOffer,
} as const;
