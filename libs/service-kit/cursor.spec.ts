import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor } from './cursor.js';
import { ProblemException } from './problem.exception.js';

describe('cursor', () => {
  it('gives back what it was made of', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 256 }), fc.integer(), (text, number) => {
        expect(decodeCursor(encodeCursor(text, number), ['string', 'number'])).toEqual([text, number]);
      }),
    );
  });

  it.each(['', 'x', '%%%', encodeCursor(1), encodeCursor('a', 'b'), Buffer.from('{"a":1}').toString('base64url')])(
    'refuses %j as a 422',
    (made) => {
      expect(() => decodeCursor(made, ['string'])).toThrow(
        expect.objectContaining({ problem: expect.objectContaining({ status: 422, code: 'INVALID_CURSOR' }) }),
      );
    },
  );

  it('refuses any text that it did not make', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => decodeCursor(text, ['string'])).toThrow(ProblemException);
      }),
    );
  });
});
