import { Worker } from '@temporalio/worker';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import * as workflows from '../../workflows/index.js';
import { bundleWorkflows } from '../support/bundle-workflows.js';
import { silentSinks } from '../support/silent-sinks.js';
import { outcomeOf, sagaEndingOf, sagaEndings, workflowTypeOf } from './ending-of.js';
import { loadHistories, type RecordedHistory } from './load-histories.js';
import { impossible, unreachableAddress } from './missing-endings.js';
import { swapSteps } from './swap-steps.js';

const folder = path.join(import.meta.dirname, 'histories');

/** The scenarios that stay in the corpus for ever, each recorded once. A test below reads the endings from the histories. */
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
  'create-order.needs-attention-in-doubt-skipped',
  'create-order.needs-attention-refused-meanwhile',
  'create-order.platform-cancelled',
  'create-order.pivot-away-recovered',
  'create-order.pivot-away-aborted',
  'create-order.seal-away-recovered',
  'create-order.settled-back',
  'create-order.settled-forward',
  'book-trip.refused-customer-not-found',
  'ship-order.aborted',
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
  'book-trip.confirm-needs-attention-skipped',
  'book-trip.cancelled-by-the-platform',
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
  'cancel-trip.cancelled-by-the-platform',
  'cancel-trip.compensated-participant-unavailable',
  'cancel-trip.needs-attention-done',
  'cancel-trip.needs-attention-retried',
  'cancel-trip.needs-attention-skipped',
  'cancel-trip.undo-needs-attention-retried',
  'cancel-trip.undo-needs-attention-skipped',
  'revise-order.revised-up',
  'revise-order.revised-down',
  'revise-order.refused-insufficient-credit',
  'revise-order.refused-at-the-pivot',
  'revise-order.aborted',
  'revise-order.refused-at-the-pivot-down',
  'revise-order.participant-unavailable',
  'revise-order.platform-cancelled',
  'revise-order.needs-attention-retried',
  'revise-order.needs-attention-skipped',
  'revise-order.confirm-needs-attention-retried',
  'revise-order.confirm-needs-attention-skipped',
  'cancel-order.cancelled',
  'cancel-order.refused',
  'cancel-order.refused-at-the-pivot',
  'cancel-order.participant-unavailable',
  'cancel-order.aborted',
  'cancel-order.platform-cancelled',
  'cancel-order.needs-attention-retried',
  'cancel-order.needs-attention-skipped',
  'cancel-order.confirm-needs-attention-retried',
  'cancel-order.confirm-needs-attention-skipped',
  'pay-order.paid',
  'pay-order.refused-card-declined',
  'pay-order.refused-at-the-pivot',
  'pay-order.participant-unavailable',
  'pay-order.aborted',
  'pay-order.platform-cancelled',
  'pay-order.needs-attention-retried',
  'pay-order.needs-attention-skipped',
  'pay-order.release-needs-attention-retried',
  'pay-order.confirm-needs-attention-skipped',
  'ship-order.shipped',
  'ship-order.refused',
  'expire-unpaid-order.expired',
  'expire-unpaid-order.paid-in-time',
  'expire-unpaid-order.settled-untold',
  'expire-unpaid-order.expired-after-a-lock',
  'expire-unpaid-order.expired-under-the-next-number',
  'expire-unpaid-order.left-aborted',
  'expire-unpaid-order.continued-as-new',
  'expire-unpaid-order.expired-in-a-new-run',
];

let bundle: Awaited<ReturnType<typeof bundleWorkflows>>;
beforeAll(async () => {
  bundle = await bundleWorkflows();
});

async function replay(histories: RecordedHistory[]): Promise<Map<string, Error | undefined>> {
  const results = new Map<string, Error | undefined>();
  const named = histories.map(({ name, history }) => ({ workflowId: name, history }));
  for await (const result of Worker.runReplayHistories({ workflowBundle: bundle, sinks: silentSinks }, named))
    results.set(result.workflowId, result.error);
  return results;
}

/** Process managers: they hold nothing, so they end in ways of their own. */
const processManagers: Record<string, readonly string[]> = {
  expireUnpaidOrder: ['EXPIRED', 'LEFT', 'SETTLED', 'continued as new'],
};
const corpus = loadHistories(folder);
const sagas = Object.keys(workflows).filter((type) => !(type in processManagers));

/** The distinct endings of a workflow in the corpus, sorted. */
const endingsOf = (type: string, endingOf: (history: unknown) => string): string[] => {
  const its = corpus.filter(({ history }) => workflowTypeOf(history) === type);
  return [...new Set(its.map(({ history }) => endingOf(history)))].toSorted();
};

describe('recorded histories', () => {
  it.each(sagas)('has one of every ending of %s that there can be', (type) => {
    const missing = sagaEndings.filter((ending) => ending in unreachableAddress || ending in (impossible[type] ?? {}));
    expect(endingsOf(type, sagaEndingOf)).toEqual(sagaEndings.filter((ending) => !missing.includes(ending)).toSorted());
  });

  it.each(Object.entries(processManagers))('has one of every ending of %s', (type, endings) => {
    expect(endingsOf(type, (history) => outcomeOf(history)?.state ?? 'continued as new')).toEqual(endings);
  });

  it('holds every recorded scenario and no other', () => {
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
