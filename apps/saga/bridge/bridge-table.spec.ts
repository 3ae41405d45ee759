import { describe, expect, it } from 'vitest';
import { eventCatalogue } from '../../../contracts/event-catalogue.js';
import { orderFactTypes } from '../../../contracts/order/order-fact.js';
import type { LoggedEvent } from '../../../libs/messaging/event/logged-event.js';
import { bridgeTable, type BridgeSettings } from './bridge-table.js';

const patience = { SAGA_FAST_STEP_MS: 1, SAGA_STEP_DEADLINE_MS: 2, SAGA_FORWARD_DEADLINE_MS: 3, SAGA_ATTENTION_AFTER_MS: 4 };
const on: BridgeSettings = { ...patience, UNPAID_ORDER_TERM_MS: 60_000 };
const event = { eventId: 'E-1', occurredAt: new Date('2027-01-01T00:00:00Z') } as LoggedEvent;

describe('the table of the bridge', () => {
  it('is empty while the term for unpaid orders is not set', () => {
    expect(bridgeTable({ ...patience, UNPAID_ORDER_TERM_MS: undefined })).toEqual([]);
  });

  it('follows an order from its approval to its end, under one workflow id', () => {
    const rules = bridgeTable(on);
    expect(rules.map(({ event: type }) => type)).toEqual(orderFactTypes);
    for (const { event: type, toSignal } of rules) {
      const { versions } = eventCatalogue.get(type)!;
      const [example] = versions.at(-1)!.schema.meta()!['examples'] as never[];
      expect(toSignal(example!, event)).toMatchObject({
        workflowId: 'expire-unpaid-order:ORDER-1',
        signal: 'noteOrderFact',
        argument: { occurrenceId: 'E-1', type },
      });
    }
  });

  it('starts the process with the approval alone, and counts the term from it', () => {
    const [approved, ...others] = bridgeTable(on).map(({ toSignal }) =>
      toSignal({ orderId: 'O', customerId: 'C' } as never, event),
    );
    expect(approved?.start).toMatchObject({
      type: 'expireUnpaidOrder',
      request: { orderId: 'O', customerId: 'C', approvedAt: '2027-01-01T00:00:00.000Z', termMs: 60_000 },
    });
    for (const { start } of others) expect(start).toBeUndefined();
  });
});
