/** A careless change of a workflow, and what the verdict must say about it. */
export interface PlantedChange {
  name: string;
  file: string;
  /** Code, where white space does not matter. It is found once in the file. */
  find: string;
  replace: string;
  /** The histories that `npm test` replays; `npm run test:upgrades` replays the whole corpus. */
  histories: RegExp;
  expect: ExpectedDifference | ExpectedBreak;
}

/** Plain replay does not see the change. */
export interface ExpectedDifference {
  workflow: string;
  step: string;
  /** The only paths that may differ, in any workflow. */
  paths: string[];
}
export interface ExpectedBreak {
  workflow: string;
  event: RegExp;
  expected: string;
  found: string | RegExp;
  at: RegExp | undefined;
}

const order = /^create-order\.(approved-in-doubt|refused-insufficient-credit|needs-attention-done)\./;
const createOrder = 'workflows/create-order/create-order.workflow.ts';
const cancelTrip = 'workflows/cancel-trip/cancel-trip.workflow.ts';
const policies = 'workflows/saga/step-policies.ts';

export const silentChanges: PlantedChange[] = [
  {
    name: 'an amount',
    file: createOrder,
    find: 'customerId, orderId, amount }',
    replace: 'customerId, orderId, amount: { ...amount, amount: amount.amount * 2 } }',
    histories: order,
    expect: { workflow: 'createOrder', step: 'reserve credit', paths: ['args.0.amount.amount'] },
  },
  {
    name: 'a result',
    file: createOrder,
    find: 'orderId, total }',
    replace: 'orderId, total: { ...total, amount: 0 } }',
    histories: order,
    expect: { workflow: 'createOrder', step: 'result', paths: ['result.total.amount'] },
  },
  {
    name: 'a time-out of normal activities',
    file: policies,
    find: 'startToCloseTimeout: ATTEMPT_MS, scheduleToCloseTimeout: policy.attentionAfterMs',
    replace: 'startToCloseTimeout: ATTEMPT_MS * 10, scheduleToCloseTimeout: policy.attentionAfterMs',
    histories: order,
    expect: { workflow: 'createOrder', step: 'reject order', paths: ['options.startToCloseTimeout'] },
  },
  {
    name: 'the time-out of first attempts',
    file: policies,
    find: 'startToCloseTimeout: policy.fastStepMs',
    replace: 'startToCloseTimeout: policy.fastStepMs * 3',
    histories: order,
    expect: { workflow: 'createOrder', step: 'create order', paths: ['options.startToCloseTimeout'] },
  },
  {
    name: "a compensation's argument",
    file: createOrder,
    find: 'rejection: reason, ...tombstone',
    replace: "rejection: { ...reason, code: 'REFUSED' }, ...tombstone",
    histories: order,
    expect: { workflow: 'createOrder', step: 'reject order', paths: ['args.0.rejection.code'] },
  },
  {
    name: "a timer's length",
    file: 'workflows/saga/wait-for.ts',
    find: 'Math.ceil(timeoutMs / 2)',
    replace: 'Math.ceil(timeoutMs / 3)',
    histories: /^book-trip\.approval-(reminded|expired)/,
    expect: { workflow: 'bookTrip', step: 'timer', paths: ['duration'] },
  },
  {
    name: 'a retry policy',
    file: policies,
    find: 'backoffCoefficient: 2',
    replace: 'backoffCoefficient: 3',
    histories: order,
    expect: { workflow: 'createOrder', step: 'reject order', paths: ['options.retryPolicy.backoffCoefficient'] },
  },
  {
    name: 'the key of compensations',
    file: 'workflows/saga/step-key.ts',
    find: '}/undo`',
    replace: '}/undone`',
    histories: order,
    expect: { workflow: 'createOrder', step: 'reject order', paths: ['args.0.key'] },
  },
  {
    name: "a step's name, and so its key",
    file: createOrder,
    find: "'approve order'",
    replace: "'accept order'",
    histories: /^create-order\.approved/,
    expect: { workflow: 'createOrder', step: 'approve order', paths: ['args.0.key', 'options.summary'] },
  },
  {
    name: "a child's option",
    file: 'workflows/expire-unpaid-order/cancel-as-saga.ts',
    find: '.ABANDON',
    replace: '.TERMINATE',
    histories: /^expire-unpaid-order\.expired/,
    expect: { workflow: 'expireUnpaidOrder', step: 'cancelOrder', paths: ['options.parentClosePolicy'] },
  },
  {
    name: 'a cancellation type',
    file: policies,
    find: '.TRY_CANCEL',
    replace: '.ABANDON',
    histories: /^book-trip\.approval-(reminded|expired)/,
    expect: { workflow: 'bookTrip', step: 'remind approval', paths: ['options.cancellationType'] },
  },
  {
    name: 'the duration of a hold',
    file: 'workflows/book-trip/book-trip.workflow.ts',
    find: '(approval?.withinMs ?? 0) +',
    replace: '',
    histories: /^book-trip\.approval-(given|expired)\./,
    expect: { workflow: 'bookTrip', step: 'reserve room', paths: ['args.0.holdForMs'] },
  },
  {
    name: 'the answer to an update',
    file: 'workflows/book-trip/approval.ts',
    find: 'return { decision,',
    replace: "return { decision: 'approved',",
    histories: /^book-trip\.approval-declined\./,
    expect: { workflow: 'bookTrip', step: 'decline', paths: ['completed.decision'] },
  },
  {
    name: 'the input of the next run',
    file: 'workflows/expire-unpaid-order/expire-unpaid-order.workflow.ts',
    find: 'carried: { free, pauseMs,',
    replace: 'carried: { free: free + 1, pauseMs,',
    histories: /^expire-unpaid-order\.continued-as-new\./,
    expect: { workflow: 'expireUnpaidOrder', step: 'expireUnpaidOrder', paths: ['args.0.carried.free'] },
  },
  {
    name: 'how a saga fails',
    file: 'workflows/saga/saga-outcome.ts',
    find: '`An operator skipped: ',
    replace: '`Skipped: ',
    histories: /^create-order\.needs-attention-skipped\./,
    expect: { workflow: 'createOrder', step: 'failure', paths: ['failure.message'] },
  },
  {
    name: 'a search attribute',
    file: 'workflows/saga/saga-progress.ts',
    find: 'value: state }',
    replace: "value: open ? state : 'RUNNING' }",
    histories: order,
    expect: { workflow: 'createOrder', step: 'search attributes', paths: ['searchAttributes.indexedFields.SagaState'] },
  },
];

export const breakingChanges: PlantedChange[] = [
  {
    name: 'a step that is gone',
    file: createOrder,
    find: 'await reserve(total);',
    replace: '',
    histories: /^create-order\.approved\./,
    expect: {
      workflow: 'createOrder',
      event: /ACTIVITY_TASK_SCHEDULED|MARKER_RECORDED/,
      expected: 'local activity reserveCredit (reserve credit)',
      found: 'local activity approveOrder (approve order)',
      at: /^workflows\/create-order\/create-order\.workflow\.ts:20$/,
    },
  },
  {
    name: 'steps in another order',
    file: createOrder,
    find: 'await reserve(total); await approve();',
    replace: 'await approve(); await reserve(total);',
    histories: /^create-order\.approved\./,
    expect: {
      workflow: 'createOrder',
      event: /MARKER_RECORDED/,
      expected: 'local activity reserveCredit (reserve credit)',
      found: 'local activity approveOrder (approve order)',
      at: /^workflows\/create-order\/create-order\.workflow\.ts:20$/,
    },
  },
  {
    name: 'a timer that is new',
    file: 'workflows/pay-order/pay-order.workflow.ts',
    find: 'await capture();',
    replace: 'await saga.waitFor(() => false, 1000); await capture();',
    histories: /^pay-order\.paid\./,
    expect: {
      workflow: 'payOrder',
      event: /MARKER_RECORDED/,
      expected: 'local activity capture (capture payment)',
      found: 'search attributes',
      at: /^workflows\/pay-order\/pay-order\.workflow\.ts:\d+$/,
    },
  },
  {
    name: 'another activity for a step',
    file: cancelTrip,
    find: 'call.commitTripCancellation(',
    replace: 'call.confirmTripCancellation(',
    histories: /^cancel-trip\.cancelled-half-refund\./,
    expect: {
      workflow: 'cancelTrip',
      event: /MARKER_RECORDED/,
      expected: 'local activity commitTripCancellation (commit trip cancellation)',
      found: 'local activity confirmTripCancellation (commit trip cancellation)',
      at: /^workflows\/cancel-trip\/cancel-trip\.workflow\.ts:\d+$/,
    },
  },
  {
    name: 'a normal activity instead of a local one',
    file: 'workflows/saga/step-settler.ts',
    find: 'if (!firstAttempt) return undefined;',
    replace: 'return undefined;',
    histories: /^ship-order\.shipped\./,
    expect: {
      workflow: 'shipOrder',
      event: /MARKER_RECORDED/,
      expected: 'local activity shipOrder (ship order)',
      found: 'activity shipOrder (ship order)',
      at: /^workflows\/ship-order\/ship-order\.workflow\.ts:\d+$/,
    },
  },
  {
    name: "a child's id",
    file: 'workflows/expire-unpaid-order/cancel-as-saga.ts',
    find: 'workflowId: sagaId,',
    replace: "workflowId: sagaId + '-2',",
    histories: /^expire-unpaid-order\.expired\./,
    expect: {
      workflow: 'expireUnpaidOrder',
      event: /START_CHILD_WORKFLOW_EXECUTION_INITIATED/,
      expected: 'child cancelOrder as cancel-order:',
      found: /^child cancelOrder as cancel-order:.*-2$/,
      at: /^workflows\/expire-unpaid-order\/cancel-as-saga\.ts:\d+$/,
    },
  },
  {
    name: 'an exception',
    file: 'workflows/ship-order/ship-order.workflow.ts',
    find: 'await ship();',
    replace: "await ship(); throw new TypeError('planted');",
    histories: /^ship-order\.shipped\./,
    expect: {
      workflow: 'shipOrder',
      event: /UPSERT_WORKFLOW_SEARCH_ATTRIBUTES/,
      expected: 'search attributes',
      found: 'the workflow throws: planted',
      at: /^workflows\/ship-order\/ship-order\.workflow\.ts:\d+$/,
    },
  },
  {
    name: 'an end that does not come',
    file: 'workflows/ship-order/ship-order.workflow.ts',
    find: 'await ship();',
    replace: 'await ship(); await new Promise(() => {});',
    histories: /^ship-order\.shipped\./,
    expect: {
      workflow: 'shipOrder',
      event: /UPSERT_WORKFLOW_SEARCH_ATTRIBUTES/,
      expected: 'search attributes',
      found: 'no further command',
      at: /^workflows\/ship-order\/ship-order\.workflow\.ts:\d+$/,
    },
  },
];

/** Makes a change in code, of the source or of what was compiled from it. @throws Error unless the code to change is there exactly once. */
export function plant(code: string, { name, find, replace }: Pick<PlantedChange, 'name' | 'find' | 'replace'>): string {
  const tokens = find.match(/[\w$]+|[^\s\w]/g)!.map((token) => token.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  const pattern = new RegExp(tokens.join(String.raw`\s*`), 'g');
  const found = [...code.matchAll(pattern)];
  if (found.length !== 1) throw new Error(`"${find}" of the planted change "${name}" is there ${found.length} times, and not once.`);
  const [{ 0: text, index }] = found as [RegExpExecArray];
  return code.slice(0, index) + replace + code.slice(index + text.length);
}

/** Makes a change in the module of its file in a bundle. */
export function plantInBundle(bundle: string, change: PlantedChange): string {
  const title = `!*** ./${change.file} ***!`;
  const from = bundle.indexOf(title);
  if (from === -1) throw new Error(`${change.file} is not in the bundle.`);
  const next = bundle.indexOf('!*** ', from + title.length);
  const to = next === -1 ? bundle.length : next;
  return bundle.slice(0, from) + plant(bundle.slice(from, to), change) + bundle.slice(to);
}
