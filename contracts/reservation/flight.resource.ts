import { z } from 'zod';
import { onOneDay } from './inventory.resource.js';

export const FlightOffer = z
  .object({ flightId: z.string(), from: z.string(), to: z.string(), ...onOneDay })
  .meta({ id: 'FlightOffer', description: 'Seats of a flight on that day' });
export type FlightOffer = z.infer<typeof FlightOffer>;

/** `GET /v1/flights`. */
export const flightInventory = {
  path: 'flights',
  summary: 'List flights with their free seats on a day',
  offer: FlightOffer,
} as const;
