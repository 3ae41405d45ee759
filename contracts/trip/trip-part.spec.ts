import { describe, expect, it } from 'vitest';
import { changeItems, itemsIn, partsIn, tripPartNames, tripPartTable } from './trip-part.js';

const hotel = { hotelId: 'HOTEL-TWO', checkIn: '2027-05-01', checkOut: '2027-05-03', rooms: 1 };
const legs = ['2027-05-01', '2027-05-03'].map((date) => ({ flightId: 'FLIGHT-THREE', date, seats: 1 }));
const trip = { customerId: 'CUST-ALICE', flights: legs, car: undefined, hotel };

describe('the parts of a trip', () => {
  it('are those that it has and nothing else, not even the names of other parts, in the order of the table', () => {
    expect(Object.entries(partsIn(trip))).toEqual([
      ['hotel', hotel],
      ['flights', legs],
    ]);
  });

  it('have items: a list has several, any other part is one', () => {
    expect(itemsIn(trip)).toEqual([
      ['hotel', hotel],
      ['flights', legs[0]],
      ['flights', legs[1]],
    ]);
  });

  it('stay as they are when their items change: a list is a list', () => {
    const named = changeItems(trip, (item, name) => ({ ...item, name }));
    expect(named).toEqual({
      hotel: { ...hotel, name: 'hotel' },
      flights: legs.map((leg) => ({ ...leg, name: 'flights' })),
    });
  });

  it('each have a participant and a noun of their own, as steps are found by them', () => {
    const parts = tripPartNames.map((name) => tripPartTable[name]);
    expect(new Set(parts.map(({ participant }) => participant)).size).toBe(parts.length);
    expect(new Set(parts.map(({ noun }) => noun)).size).toBe(parts.length);
  });
});
