import { describe, expect, it } from 'vitest';
import { sagaStates } from '../../../contracts/saga/saga-state.js';
import { cursorOf, tokenOf, visibilityQuery } from './visibility-query.js';

describe('visibilityQuery', () => {
  it('selects all sagas and no other workflow without a filter', () => {
    expect(visibilityQuery({})).toBe('SagaType IS NOT NULL');
  });

  it('joins the conditions', () => {
    expect(visibilityQuery({ type: 'createOrder', customerId: 'C-1', businessId: 'o_1', state: 'COMPLETED' })).toBe(
      "SagaType = 'createOrder' AND CustomerId = 'C-1' AND BusinessId = 'o_1' AND SagaState = 'COMPLETED'",
    );
  });

  it('selects a saga as running only while its run is', () => {
    expect(visibilityQuery({ type: 'createOrder', state: 'RUNNING' })).toBe(
      "SagaType = 'createOrder' AND SagaState = 'RUNNING' AND ExecutionStatus = 'Running'",
    );
  });

  it('selects sagas that were ended by force as incomplete, in brackets', () => {
    expect(visibilityQuery({ type: 'createOrder', state: 'INCOMPLETE' })).toBe(
      "SagaType = 'createOrder' AND (SagaState = 'INCOMPLETE' OR (ExecutionStatus != 'Running' AND SagaState IN ('RUNNING', 'WAITING', 'COMPENSATING', 'NEEDS_ATTENTION')))",
    );
  });

  it('knows every state', () => {
    for (const state of sagaStates) expect(visibilityQuery({ state })).toContain(`'${state}'`);
  });

  it.each(["x' OR 'a' = 'a", 'x"', 'x\\', 'x y', '', "'", '%', 'x;--'])('refuses the value %j', (value) => {
    expect(() => visibilityQuery({ customerId: value })).toThrow(TypeError);
    expect(() => visibilityQuery({ businessId: value })).toThrow(TypeError);
    expect(() => visibilityQuery({ type: value })).toThrow(TypeError);
  });
});

const token = Buffer.from('{"RunID":"x"}');

describe('cursorOf and tokenOf', () => {
  it('carry a token through a URL', () => {
    const cursor = cursorOf(token, 'a query')!;
    expect(cursor).toMatch(/^[\w-]+$/);
    expect(Buffer.from(tokenOf(cursor, 'a query'))).toEqual(token);
  });

  it('end a list whose token is empty', () => {
    expect(cursorOf(new Uint8Array(), 'a query')).toBeNull();
  });

  it.each([
    ['of another query', () => tokenOf(cursorOf(token, 'a query')!, 'another query')],
    ['that was damaged', () => tokenOf(`${cursorOf(token, 'a query')!.slice(0, -2)}AA`, 'a query')],
    ['that was cut off', () => tokenOf(cursorOf(token, 'a query')!.slice(0, 11), 'a query')],
    ['that was made up', () => tokenOf('garbage', 'a query')],
    ['that is no base64', () => tokenOf('%%%', 'a query')],
  ])('refuse a cursor %s', (_, read) => {
    expect(read).toThrow(expect.objectContaining({ problem: expect.objectContaining({ status: 422, code: 'INVALID_CURSOR' }) }));
  });
});
