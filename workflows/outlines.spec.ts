import { describe, expect, it } from 'vitest';
import { outlineOf, sagaTypes } from './outlines.js';
import * as workflows from './index.js';

const money = { amount: 100_000, currency: 'EUR' };
const trip = {
  tripId: 'TRIP-1',
  customerId: 'CUST-ALICE',
  paymentMethod: 'pm_ok',
  hotel: { hotelId: 'HOTEL-ONE', checkIn: '2027-01-01', checkOut: '2027-01-02', rooms: 1 },
  flights: [{ flightId: 'FLIGHT-ONE', date: '2027-01-01', seats: 1 }],
};
const lines = (steps: ReturnType<typeof outlineOf>['steps']) =>
  steps.map(({ name, kind, compensation }) => `${kind}: ${name}${compensation ? ` <- ${compensation}` : ''}`);

describe('outlineOf', () => {
  it('lists every step of createOrder, its compensation and the pivot', () => {
    expect(lines(outlineOf('createOrder', { orderId: 'o', customerId: 'c', lines: [] }).steps)).toEqual([
      'compensable: create order <- reject order',
      'compensable: reserve credit <- release credit',
      'pivot: approve order',
    ]);
  });

  it('lists of a trip the parts that were asked for, and the approval if there may be one', () => {
    expect(lines(outlineOf('bookTrip', { ...trip, customerVerified: true }).steps)).toEqual([
      'compensable: create trip <- fail trip',
      'compensable: reserve room <- cancel room',
      'compensable: reserve seat <- cancel seat',
      'compensable: authorize payment <- void payment',
      'pivot: capture payment',
      'retriable: confirm room',
      'retriable: confirm seat',
      'retriable: confirm trip',
    ]);
    const approval = { requiredAbove: money, withinMs: 1_000 };
    const names = outlineOf('bookTrip', { ...trip, approval }).steps.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['check customer', 'request approval', 'accept approval']));
  });

  it('has a pivot for every saga, and no compensable step after it', () => {
    const request = { orderId: 'o', lines: [], ...trip };
    for (const type of sagaTypes) {
      const kinds = outlineOf(type, request).steps.map(({ kind }) => kind);
      expect(kinds, type).toContain('pivot');
      expect(kinds.lastIndexOf('compensable'), type).toBeLessThan(kinds.indexOf('pivot'));
    }
  });

  it('knows every saga that can be started', () => {
    const startable = Object.entries(workflows).flatMap(([name, workflow]) => ('outline' in workflow ? [name] : []));
    expect(startable.toSorted()).toEqual([...sagaTypes].toSorted());
  });
});
