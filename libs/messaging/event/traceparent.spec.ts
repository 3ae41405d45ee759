import { expect, it } from 'vitest';
import { traceparentOf } from './traceparent.js';

it('puts a saga into one trace with one span per command, the same span in every attempt', () => {
  const [reserve, again, approve, other] = [
    traceparentOf('create-order:1', 'ORDER-1/reserve-credit'),
    traceparentOf('create-order:1', 'ORDER-1/reserve-credit'),
    traceparentOf('create-order:1', 'ORDER-1/approve-order'),
    traceparentOf('create-order:2', 'ORDER-1/reserve-credit'),
  ].map((traceparent) => /^00-(?<trace>[0-9a-f]{32})-(?<span>[0-9a-f]{16})-01$/.exec(traceparent)!.groups!);
  expect(again).toEqual(reserve);
  expect(approve!.trace).toBe(reserve!.trace);
  expect(approve!.span).not.toBe(reserve!.span);
  expect(other!.trace).not.toBe(reserve!.trace);
});
