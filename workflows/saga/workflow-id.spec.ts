import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { workflowIds } from './workflow-id.js';

const ids = workflowIds('cancel-order');

describe('workflowIds', () => {
  it('finds the business id in every id that it made', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/),
        fc.option(fc.nat(), { nil: undefined }),
        (id, command) => {
          expect(ids.businessIdOf(ids.of(id, command))).toBe(id);
        },
      ),
    );
  });

  it('does not recognise the ids of another saga', () => {
    expect(ids.businessIdOf('create-order:1')).toBeUndefined();
  });
});
