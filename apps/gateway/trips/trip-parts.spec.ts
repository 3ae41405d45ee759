import { describe, expect, it } from 'vitest';
import { participantsFor } from './trip-parts.js';

describe('participantsFor', () => {
  it('asks for those of the parts that a trip has, and for those that every trip needs', () => {
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
