import type { z } from 'zod';
import type { ReservationParticipant } from '../participant/participants.js';
import { CarRental } from './car.commands.js';
import { carEvents } from './car.events.js';
import { carInventory } from './car.resource.js';
import { FlightLegs } from './flight.commands.js';
import { flightEvents } from './flight.events.js';
import { flightInventory } from './flight.resource.js';
import { HotelStay } from './hotel.commands.js';
import { hotelEvents } from './hotel.events.js';
import { hotelInventory } from './hotel.resource.js';
import { TrainRide } from './rail.commands.js';
import { railEvents } from './rail.events.js';
import { railInventory } from './rail.resource.js';

/** The requests, the events and the public lists of each participant that takes reservations. */
export const reservationSchemas = {
  hotel: { request: HotelStay, events: hotelEvents, inventory: hotelInventory },
  flight: { request: FlightLegs, events: flightEvents, inventory: flightInventory },
  car: { request: CarRental, events: carEvents, inventory: carInventory },
  rail: { request: TrainRide, events: railEvents, inventory: railInventory },
} as const satisfies Record<
  ReservationParticipant,
  {
    /** The part of a trip: an object, or a list of objects. */
    request: z.ZodObject | z.ZodArray<z.ZodObject>;
    events: Record<string, z.ZodType>;
    inventory: { path: string; summary: string; offer: z.ZodType };
  }
>;
