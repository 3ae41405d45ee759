import { describe, expect, it } from 'vitest';
import { participantsFor } from './book-trip.service.js';

describe('participantsFor', () => {
  it('has the participants of the parts, and those that every trip needs', () => {
    expect(participantsFor({ rail: {}, flights: [], hotel: undefined, car: {} })).toEqual([
      'trip',
      'payment',
      'flight',
      'car',
      'rail',
    ]);
    expect(participantsFor({ hotel: undefined, flights: [{}] })).toEqual(['trip', 'payment', 'flight']);
  });
});
