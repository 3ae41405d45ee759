import { z } from 'zod';
import { Money } from '../values/money.js';

/** An offer on one day: its capacity, the free units, and the price of one unit for that day. */
export const onOneDay = { capacity: z.int().min(0), free: z.int().min(0), price: Money };
