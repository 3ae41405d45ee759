import { z } from 'zod';
import { Money } from '../values/money.js';
import { reservationStates } from './reservation-state.js';

/** One reserved item of one participant, as operators see it: besides these fields it has those of its own request. */
export const Reservation = z
  .looseObject({
    participant: z.string(),
    tripId: z.string(),
    reservationId: z.string(),
    state: z.enum(reservationStates),
    price: Money,
    holdUntil: z.iso.datetime(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Reservation' });
export type Reservation = z.infer<typeof Reservation>;
