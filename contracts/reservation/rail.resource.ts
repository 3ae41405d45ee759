import { z } from 'zod';
import { onOneDay } from './inventory.resource.js';

export const TrainOffer = z
  .object({ trainId: z.string(), from: z.string(), to: z.string(), ...onOneDay })
  .meta({ id: 'TrainOffer', description: 'Seats of a train on that day' });
export type TrainOffer = z.infer<typeof TrainOffer>;

/** `GET /v1/trains`. */
export const railInventory = {
  path: 'trains',
  summary: 'List trains with their free seats on a day',
  offer: TrainOffer,
} as const;
