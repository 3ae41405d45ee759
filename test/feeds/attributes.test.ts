import { beforeAll, describe, expect, it } from 'vitest';
import type { CloudEvent } from '../../contracts/event/cloud-event.js';
import type { EventPage } from '../../contracts/event/event-feed.js';
import { call, ended, eventually, placeOrder, richestCustomer } from '../support/api.js';

/** The whole log, by the door that everybody may use. */
async function everyEvent(): Promise<CloudEvent[]> {
  const events: CloudEvent[] = [];
  for (let after = 'beginning'; ;) {
    const { body } = await call<EventPage>('GET', `/v1/events?after=${after}&limit=200`);
    events.push(...body.items);
    if (body.items.length === 0) return events;
    after = body.next;
  }
}

describe('events', () => {
  let sagaId: string;
  let orderId: string;
  let events: CloudEvent[];
  beforeAll(async () => {
    ({ sagaId, orderId } = await placeOrder(await richestCustomer(), 1));
    await ended(sagaId);
    events = await eventually(everyEvent, (all) =>
      all.some(({ type, subject }) => type.startsWith('com.roundtrip.saga.completed.') && subject === sagaId),
    );
  });

  it('of a saga are in one trace, and name the command or the run that caused them', () => {
    const caused = events.filter(({ correlationid }) => correlationid === sagaId);
    expect(caused.map(({ source }) => source)).toEqual(
      expect.arrayContaining(['/services/order', '/services/customer', '/services/saga']),
    );
    const traces = new Set(caused.map(({ traceparent }) => /^00-([0-9a-f]{32})-[0-9a-f]{16}-01$/.exec(traceparent ?? '')?.[1]));
    expect([...traces]).toEqual([expect.any(String)]);
    for (const { type, causationid } of caused) expect(causationid, type).toBeTruthy();
    expect(caused.find(({ type }) => type.includes('.order.approved.'))?.causationid).toContain(orderId);
  });

  it('about one subject of one service are numbered 1, 2, 3 …, from the first to the last', () => {
    const versionsOf = (source: string, subject: string) =>
      events
        .filter((event) => event.source === source && event.subject === subject)
        .map(({ aggregateversion }) => aggregateversion);
    const isOf = (source: string) => (event: CloudEvent) => event.source === source;
    const customers = new Set(events.filter(isOf('/services/customer')).map(({ subject }) => subject));
    expect(versionsOf('/services/customer', 'CUST-FRANK')).toEqual([1, 2, 3]); // as seeded: registered, opened, blocked
    // Only this order: tests of versions write events of orders that do not exist.
    const all = [
      ...[...customers].map((id) => ['/services/customer', id]),
      ['/services/order', orderId],
      ['/services/saga', sagaId],
    ];
    for (const [source, subject] of all as [string, string][]) {
      const versions = versionsOf(source, subject);
      expect(versions, subject).toEqual(versions.map((_, index) => index + 1));
    }
    expect(versionsOf('/services/order', orderId)).toEqual([1, 2]);
  });
});
