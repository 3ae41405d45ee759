import { describe, expect, it } from 'vitest';
import { participantsFor } from './part-participants.js';

describe('participantsFor', () => {
  it('asks for those of the parts that a trip has, and for those that every trip needs', () => {
    expect(participantsFor({ hotel: {}, flights: [], car: {}, rail: {} })).toEqual([
      'trip',
      'payment',
      'hotel',
      'flight',
      'car',
      'rail',
    ]);
    expect(participantsFor({ hotel: undefined, flights: [{}] })).toEqual(['trip', 'payment', 'flight']);
  });
});
