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

  it.each([
    ['instant', '2026-11-21T12:00:00.000Z', ['', '2026-11-21', '0000-01-01T00:00:00Z', '0000-12-31T23:59:59.999Z', 0]],
    ['uuid', '0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b', ['', 'y', '0199a1b2', 0]],
    ['string', '💩', ['\0', '\ud800', 'x'.repeat(257)]],
  ] as const)('takes for %s only what the database can compare with', (type, good, bad) => {
    expect(decodeCursor(encodeCursor(good), [type])).toEqual([good]);
    for (const made of bad) expect(() => decodeCursor(encodeCursor(made), [type]), String(made)).toThrow(ProblemException);
  });

  it('takes for one of some words only those', () => {
    expect(decodeCursor(encodeCursor('credit'), [['credit', 'lock']])).toEqual(['credit']);
    expect(() => decodeCursor(encodeCursor('b'), [['credit', 'lock']])).toThrow(ProblemException);
  });

  it('refuses any text that it did not make', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => decodeCursor(text, ['string'])).toThrow(ProblemException);
      }),
    );
  });
});
