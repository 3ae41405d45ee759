import { Worker } from '@temporalio/worker';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleWorkflows } from '../support/bundle-workflows.js';
import { loadHistories, type RecordedHistory } from './load-histories.js';
import { swapSteps } from './swap-steps.js';

const folder = path.join(import.meta.dirname, 'histories');

/** What must be in the corpus for ever: a saga's endings, one history each at least. */
const scenarios = [
  'create-order.approved',
  'create-order.approved-patiently',
  'create-order.approved-in-doubt',
  'create-order.refused-unknown-product',
  'create-order.refused-customer-not-found',
  'create-order.refused-insufficient-credit',
  'create-order.refused-account-blocked',
  'create-order.refused-at-the-pivot',
  'create-order.compensated-participant-unavailable',
  'create-order.aborted',
  'create-order.needs-attention-retried',
  'create-order.needs-attention-skipped',
  'create-order.needs-attention-done',
  'create-order.needs-attention-recovered',
  'create-order.needs-attention-unsettled-skipped',
  'book-trip.booked',
  'book-trip.booked-hotel-only',
  'book-trip.booked-with-train',
  'book-trip.booked-train-only',
  'book-trip.booked-patiently',
  'book-trip.booked-in-doubt',
  'book-trip.refused-hotel-full',
  'book-trip.refused-flight-full',
  'book-trip.refused-car-unavailable',
  'book-trip.refused-train-full',
  'book-trip.refused-at-the-pivot-with-train',
  'book-trip.refused-unknown-hotel',
  'book-trip.refused-two-at-once',
  'book-trip.refused-card-declined',
  'book-trip.refused-at-the-pivot',
  'book-trip.compensated-participant-unavailable',
  'book-trip.aborted-reserving',
  'book-trip.needs-attention-retried',
  'book-trip.needs-attention-done',
  'book-trip.needs-attention-skipped',
  'book-trip.confirm-needs-attention-retried',
  'book-trip.approval-given',
  'book-trip.approval-declined',
  'book-trip.approval-aborted',
  'book-trip.approval-expired',
  'book-trip.approval-reminded-and-given',
  'book-trip.approval-reminder-refused',
  'book-trip.approval-given-during-reminder',
  'cancel-trip.cancelled-full-refund',
  'cancel-trip.cancelled-with-train',
  'cancel-trip.cancelled-half-refund',
  'cancel-trip.cancelled-no-refund',
  'cancel-trip.refused',
  'cancel-trip.refused-at-the-pivot',
  'cancel-trip.aborted',
  'cancel-trip.needs-attention-retried',
  'cancel-trip.needs-attention-skipped',
  'revise-order.revised-up',
  'revise-order.revised-down',
  'revise-order.refused-insufficient-credit',
  'revise-order.refused-at-the-pivot',
  'revise-order.aborted',
  'cancel-order.cancelled',
  'cancel-order.refused',
  'cancel-order.refused-at-the-pivot',
  'pay-order.paid',
  'pay-order.refused-card-declined',
  'pay-order.refused-at-the-pivot',
  'ship-order.shipped',
  'ship-order.refused',
  'expire-unpaid-order.expired',
  'expire-unpaid-order.paid-in-time',
  'expire-unpaid-order.settled-untold',
  'expire-unpaid-order.expired-after-a-lock',
  'expire-unpaid-order.expired-under-the-next-number',
  'expire-unpaid-order.left-aborted',
];

let bundle: Awaited<ReturnType<typeof bundleWorkflows>>;
beforeAll(async () => {
  bundle = await bundleWorkflows();
});

async function replay(histories: RecordedHistory[]): Promise<Map<string, Error | undefined>> {
  const results = new Map<string, Error | undefined>();
  const named = histories.map(({ name, history }) => ({ workflowId: name, history }));
  for await (const result of Worker.runReplayHistories({ workflowBundle: bundle }, named))
    results.set(result.workflowId, result.error);
  return results;
}

describe('recorded histories', () => {
  it('has one of every ending, and none that could go unnoticed', () => {
    const recorded = readdirSync(folder).map((file) => file.split('.').slice(0, 2).join('.'));
    expect([...new Set(recorded)].toSorted()).toEqual(scenarios.toSorted());
  });

  it('replays each under the workflows of today', async () => {
    const histories = loadHistories(folder);
    const results = await replay(histories);
    expect(results.size).toBe(histories.length);
    for (const [name, error] of results) expect(error, name).toBeUndefined();
  }, 120_000);

  it('notices a step that was swapped for another', async () => {
    const [approved] = loadHistories(folder).filter(({ name }) => name.startsWith('create-order.approved.'));
    const swapped = { name: 'swapped', history: swapSteps(approved!.history, 'createOrder', 'reserveCredit') };
    const results = await replay([swapped]);
    expect(results.get('swapped')?.name).toBe('DeterminismViolationError');
  });

  it('fails on a corpus that is empty or gone', () => {
    expect(() => loadHistories(path.join(import.meta.dirname, 'no-such-folder'))).toThrow(/no histories/i);
  });
});
