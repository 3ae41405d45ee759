import type { PlantedChange } from './plant.js';

const createOrder = 'workflows/create-order/create-order.workflow.ts';

/** Changes that open runs do not survive. */
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
    file: 'workflows/cancel-trip/cancel-trip.workflow.ts',
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
