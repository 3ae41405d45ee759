import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { participants } from '../contracts/participant/participants.js';
import { type Exchange, failureOf } from './failures.js';

const call = { participant: 'customer', operation: 'reserveCredit', attempt: 2 };
const answered = (status: number, body: unknown = {}, retryAfter?: string, keysOwn = true): Exchange => ({
  kind: 'answered',
  status,
  body,
  storedUnderKey: keysOwn,
  retryAfter,
});
const translate = (exchange: Exchange) => {
  const failure = failureOf(exchange, call);
  if (!failure) throw new Error('expected a failure');
  return failure;
};

describe('failureOf', () => {
  it.each([200, 201, 204])('treats %i as a success', (status) => {
    expect(failureOf(answered(status), call)).toBeUndefined();
  });

  it.each(participants.customer.reserveCredit.refusals)(
    'turns the business no %s into a failure of that type that is not retried',
    (code) => {
      const failure = translate(answered(409, { code, detail: 'why' }));
      expect(failure).toBeInstanceOf(ApplicationFailure);
      expect(failure).toMatchObject({ type: code, message: 'why', nonRetryable: true, details: [{ ...call, refusal: true }] });
    },
  );

  it.each([408, 425, 429, 500, 502, 503, 504])('retries %i', (status) => {
    expect(translate(answered(status, { code: 'INSUFFICIENT_CREDIT' }))).toMatchObject({
      type: 'ParticipantUnavailable',
      nonRetryable: false,
    });
  });

  it('waits as long as Retry-After says, up to a minute', () => {
    expect(translate(answered(503, {}, '7')).nextRetryDelay).toBe(7_000);
    expect(translate(answered(503, {}, '86400')).nextRetryDelay).toBe(60_000);
    expect(translate(answered(503, {}, 'soon')).nextRetryDelay).toBeUndefined();
    const date = new Date(Date.now() + 20_000).toUTCString();
    expect(translate(answered(503, {}, date)).nextRetryDelay).toBeGreaterThan(15_000);
  });

  it('settles nothing by a 4xx that the contract does not know', () => {
    expect(translate(answered(422, { code: 'IDEMPOTENCY_KEY_REUSED' }))).toMatchObject({
      type: 'UnexpectedResponse',
      nonRetryable: false,
      details: [{ refusal: false }],
    });
    expect(translate(answered(404, '<html>'))).toMatchObject({ type: 'UnexpectedResponse', nonRetryable: false });
  });

  it('settles nothing by a refusal that is not stored under the key', () => {
    const refusal = { code: 'INSUFFICIENT_CREDIT', detail: 'why' };
    expect(translate(answered(409, refusal, undefined, false))).toMatchObject({
      type: 'UnexpectedResponse',
      nonRetryable: false,
      details: [{ refusal: false }],
    });
  });

  it('treats a sealed key as a refusal of any operation', () => {
    expect(translate(answered(409, { code: 'COMMAND_SEALED', detail: 'sealed' }))).toMatchObject({
      type: 'COMMAND_SEALED',
      nonRetryable: true,
      details: [{ refusal: true }],
    });
  });

  it("does not take another operation's refusal for this one's", () => {
    expect(translate(answered(409, { code: 'UNKNOWN_PRODUCT', detail: 'x' })).type).toBe('UnexpectedResponse');
  });

  it('keeps "never sent" and "sent, not answered" apart', () => {
    expect(translate({ kind: 'not-sent', reason: 'ECONNREFUSED' })).toMatchObject({
      type: 'ParticipantUnavailable',
      nonRetryable: false,
    });
    expect(translate({ kind: 'unanswered', reason: 'ECONNRESET' })).toMatchObject({ type: 'InDoubt', nonRetryable: false });
  });
});
