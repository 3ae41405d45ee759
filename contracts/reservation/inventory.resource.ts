import { z } from 'zod';
import { Money } from '../values/money.js';

/** What an offer has on one day: how much in all, how much of it is free, and what one unit costs for that day. */
export const onOneDay = { capacity: z.int().min(0), free: z.int().min(0), price: Money };
