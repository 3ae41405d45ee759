import { describe, expect, it } from 'vitest';
import type { Command } from './command.js';
import { compare } from './compare.js';
import type { ReplayedRun } from './listen.js';

const command = (name: string, values: Command['values'] = {}, kind: Command['kind'] = 'activity'): Command => ({
  kind,
  name,
  step: name || kind,
  values,
});
const run = (commands: Command[], more: Partial<ReplayedRun> = {}): ReplayedRun => ({
  name: 'one',
  workflowId: 'create-order:42',
  workflow: 'createOrder',
  input: [{ orderId: 'order-42', customerId: 'customer-7' }],
  commands,
  calls: [],
  ...more,
});
const reserve = (amount: number) => command('reserve', { args: [{ amount }], options: { startToCloseTimeout: { ms: 4_000 } } });

describe('compare', () => {
  it('finds nothing between two runs that ask for the same', () => {
    expect(compare(run([reserve(1)]), run([reserve(1)]))).toEqual({ kind: 'same' });
  });

  it('names workflow, step, path and both values', () => {
    expect(compare(run([reserve(1)]), run([reserve(2)]))).toEqual({
      kind: 'differs',
      differences: [{ workflow: 'createOrder', step: 'reserve', path: 'args.0.amount', old: 1, new: 2 }],
    });
  });

  it('compares durations, lists and what only one side has', () => {
    const old = command('a', { options: { timeout: { ms: 1 } }, args: [[], 'x', null] });
    const now = command('a', { options: { timeout: { ms: 2 }, extra: true }, args: [['y'], 'x'] });
    expect(compare(run([old]), run([now]))).toMatchObject({
      differences: [
        { path: 'options.timeout', old: { ms: 1 }, new: { ms: 2 } },
        { path: 'args.0', old: '[]', new: undefined },
        { path: 'args.2', old: null, new: undefined },
        { path: 'options.extra', old: undefined, new: true },
        { path: 'args.0.0', old: undefined, new: 'y' },
      ],
    });
  });

  it('says which command only one build makes, and goes on with the next', () => {
    const [a, b, c] = [command('a'), command('b'), command('c')];
    expect(compare(run([a, b, c]), run([a, c]))).toMatchObject({
      differences: [{ step: 'b', path: 'command', old: 'activity b', new: undefined }],
    });
    expect(compare(run([a, c]), run([a, b, c]))).toMatchObject({
      differences: [{ step: 'b', path: 'command', old: undefined, new: 'activity b' }],
    });
  });

  it('does not take a local activity for a normal one', () => {
    const verdict = compare(run([command('a')]), run([command('a', {}, 'local activity')]));
    expect(verdict).toMatchObject({ differences: [{ old: 'activity a' }, { new: 'local activity a' }] });
  });

  it('writes texts of the run as what they are', () => {
    const old = command('a', { args: [{ of: 'order-42', key: 'create-order:42/a' }] });
    const now = command('a', { args: [{ of: 'customer-7', key: 'create-order:42/b' }] });
    expect(compare(run([old]), run([now]))).toMatchObject({
      differences: [
        { path: 'args.0.of', old: '{input.orderId}', new: '{input.customerId}' },
        { path: 'args.0.key', old: '{workflow id}/a', new: '{workflow id}/b' },
      ],
    });
  });

  it('breaks when only the new build cannot replay', () => {
    const error = new Error('no');
    expect(compare(run([reserve(1)]), run([], { error }))).toEqual({ kind: 'breaks', error });
  });

  it.each([
    ['the old build cannot replay', run([reserve(1)], { error: new Error('no') }), run([reserve(1)]), /old build itself/],
    ['the old build reports nothing', run([]), run([reserve(1)]), /old build reports nothing/],
    ['the new build reports nothing', run([reserve(1)]), run([]), /new build reports nothing/],
  ])('is unchecked when %s', (_case, before, after, because) => {
    expect(compare(before, after)).toEqual({ kind: 'unchecked', because: expect.stringMatching(because) });
  });
});
