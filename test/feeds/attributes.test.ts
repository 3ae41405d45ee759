import { beforeAll, describe, expect, it } from 'vitest';
import type { CloudEvent } from '../../contracts/cloud-event.js';
import type { EventPage } from '../../contracts/event-feed.js';
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
    const bySubject = new Map<string, CloudEvent[]>();
    for (const event of events) {
      const subject = `${event.source} ${event.subject}`;
      bySubject.set(subject, [...(bySubject.get(subject) ?? []), event]);
    }
    expect(bySubject.get('/services/customer CUST-FRANK')?.length).toBe(3); // as seeded
    for (const [subject, about] of bySubject)
      expect(
        about.map(({ aggregateversion }) => aggregateversion),
        subject,
      ).toEqual(about.map((_, index) => index + 1));
  });
});
