import { describe, expect, it } from 'vitest';
import { participants } from '../../contracts/participant/participants.js';
import { bankAnswers } from './test-bank.js';

describe('bankAnswers', () => {
  it('gives only refusals that the contract knows', () => {
    const authorizations = ['pm_declined', 'pm_insufficient_funds', 'pm_other'].map(
      (method) => bankAnswers(method).authorization?.code,
    );
    expect(authorizations).toEqual(['CARD_DECLINED', 'INSUFFICIENT_FUNDS', 'PAYMENT_METHOD_UNKNOWN']);
    for (const code of authorizations) expect(participants.payment.authorize.refusals).toContain(code);
    expect(participants.payment.capture.refusals).toContain(bankAnswers('pm_capture_fails').capture?.code);
  });

  it.each(['pm_ok', 'pm_slow', 'pm_capture_fails'])('authorizes %s', (method) => {
    expect(bankAnswers(method).authorization).toBeUndefined();
  });

  it('does not take a property that every object has for a method', () => {
    expect(bankAnswers('constructor').authorization?.code).toBe('PAYMENT_METHOD_UNKNOWN');
  });
});
