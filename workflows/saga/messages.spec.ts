import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderFactTypes } from '../../contracts/order/order-fact.js';
import { ResolveStep } from '../../contracts/saga/saga.resource.js';
import { hasPolicy, isFact, isOptionalNote, isStepResolution } from './messages.js';

const anything = fc.oneof(
  fc.anything(),
  fc.record(
    {
      step: fc.oneof(fc.string({ maxLength: 110 }), fc.anything()),
      action: fc.oneof(fc.constantFrom('retry', 'skip', 'done', 'undo'), fc.anything()),
      note: fc.oneof(fc.string({ maxLength: 10 }), fc.string({ minLength: 495, maxLength: 505 }), fc.anything()),
    },
    { requiredKeys: [] },
  ),
);

describe('inputs of messages', () => {
  it('accepts every resolution that the schema of the contract accepts', () => {
    fc.assert(
      fc.property(anything, (value) => {
        // A note that is longer before it is trimmed is the gateway's to trim.
        expect(ResolveStep.safeParse(value).success && !isStepResolution(value)).toBe(false);
      }),
    );
    expect(isStepResolution({ step: 'release credit', action: 'retry', note: 'The ledger is repaired.' })).toBe(true);
  });

  it.each([
    undefined,
    null,
    '',
    7,
    [],
    {},
    { step: 'release credit', action: 'retry' },
    { step: 'release credit', action: 'undo', note: 'x' },
    { step: '', action: 'retry', note: 'x' },
    { step: 'release credit', action: 'retry', note: 'x'.repeat(501) },
    { step: 'release credit', action: 'retry', note: null },
  ])('rejects %j as a resolution', (value) => expect(isStepResolution(value)).toBe(false));

  it('never throws, for any input', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        isStepResolution(value);
        isOptionalNote(value);
        isFact(value, orderFactTypes);
      }),
    );
  });

  it.each([undefined, null, 'yes', [], { note: 7 }, { note: null }, { note: 'x'.repeat(501) }])(
    'rejects %j as the note of a decision',
    (value) => expect(isOptionalNote(value)).toBe(false),
  );

  it('accepts a decision with or without a note', () => {
    expect(isOptionalNote({})).toBe(true);
    expect(isOptionalNote({ note: 'within budget' })).toBe(true);
  });

  it.each([undefined, null, {}, { occurrenceId: 'a' }, { occurrenceId: 'a', type: 'order.eaten' }, { type: 'order.paid' }])(
    'ignores %j as a fact about an order',
    (value) => expect(isFact(value, orderFactTypes)).toBe(false),
  );

  it.each([undefined, null, [], 'x', {}, { policy: null }, { policy: { fastStepMs: 500 } }, { policy: { fastStepMs: '500' } }])(
    'does not start a saga with %j',
    (input) => {
      expect(hasPolicy(input)).toBe(false);
    },
  );

  it('starts a saga whose input has a policy', () => {
    expect(hasPolicy({ orderId: 'O', policy: { fastStepMs: 500, stepDeadlineMs: 60_000, attentionAfterMs: 60_000 } })).toBe(true);
  });
});
