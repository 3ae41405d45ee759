import { z } from 'zod';
import { Money } from '../values/money.js';

/** What there is on one day: how much in all, how much of it is free, and what one unit costs for that day. */
const onOneDay = { capacity: z.int().min(0), free: z.int().min(0), price: Money };

export const HotelOffer = z
  .object({ hotelId: z.string(), name: z.string(), city: z.string(), ...onOneDay })
  .meta({ id: 'HotelOffer', description: 'Rooms of a hotel for the night that begins on that day' });
export type HotelOffer = z.infer<typeof HotelOffer>;

export const FlightOffer = z
  .object({ flightId: z.string(), from: z.string(), to: z.string(), ...onOneDay })
  .meta({ id: 'FlightOffer', description: 'Seats of a flight on that day' });
export type FlightOffer = z.infer<typeof FlightOffer>;

export const TrainOffer = z
  .object({ trainId: z.string(), from: z.string(), to: z.string(), ...onOneDay })
  .meta({ id: 'TrainOffer', description: 'Seats of a train on that day' });
export type TrainOffer = z.infer<typeof TrainOffer>;

export const CarOffer = z
  .object({ carClass: z.string(), location: z.string(), ...onOneDay })
  .meta({ id: 'CarOffer', description: 'Cars of a class at a location on that day' });
export type CarOffer = z.infer<typeof CarOffer>;
