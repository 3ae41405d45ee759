import { describe, expect, it } from 'vitest';
import { sagaStates } from '../../../contracts/saga/saga-state.js';
import { visibilityQuery } from './visibility-query.js';

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
