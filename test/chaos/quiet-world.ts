import { tripPartNames } from '../../contracts/trip/trip-part.js';
import type { Request, Schedule } from './schedule.js';

/** As patient as the API allows, so that a busy machine leaves nothing out. */
const at = { pauseMs: 0, wait: 30 };
const place = (euros: number): Request => ({ what: 'place order', euros, ...at });
const pay = (paymentMethod: 'pm_ok' | 'pm_declined' | 'pm_capture_fails'): Request => ({
  what: 'pay order',
  paymentMethod,
  ...at,
});
const book = (paymentMethod: 'pm_ok' | 'pm_declined' | 'pm_capture_fails'): Request => ({
  what: 'book trip',
  paymentMethod,
  parts: tripPartNames,
  scarce: [],
  daysAhead: 40,
  ...at,
});

/** One of everything, with nothing in its way: what a world looks like in which every invariant has something to be about. */
export const quietWorld: Schedule = {
  seed: 0,
  seconds: 1,
  splitWorker: false,
  settleLost: true,
  lives: (
    [
      // The second one is more than what is left of the customer's credit.
      [place(40), { ...place(40), pauseMs: 2_000 }],
      [place(10), { what: 'revise order', euros: 20, ...at }, pay('pm_capture_fails')],
      [place(10), { what: 'cancel order', ...at }],
      [place(10), pay('pm_declined'), pay('pm_ok'), { what: 'ship order', ...at }],
      [place(10), pay('pm_ok')],
      [book('pm_ok')],
      [book('pm_capture_fails')],
      [book('pm_declined')],
      [book('pm_ok'), { what: 'cancel trip', ...at }],
    ] satisfies Request[][]
  ).map((requests, number) => ({ id: `life-${number}`, atMs: 0, customer: number, requests })),
  disturbances: [],
};
