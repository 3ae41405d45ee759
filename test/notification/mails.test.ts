import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { MailboxEntry, MailboxMessage } from '../../apps/notification/mailbox/mailbox.service.js';
import type { Page } from '../../contracts/values/page.js';
import { newCustomer } from '../services/customer.harness.js';
import { ParticipantHarness } from '../services/participant.harness.js';
import { call, ended, eventually, order, placeOrder } from '../support/api.js';
import { pidOf } from '../support/processes.js';
import { system } from '../support/system.js';
import { bookTrip, tripOf } from '../support/trips.js';

const ask = async <Body>(path: string): Promise<Body> =>
  (await (await fetch(new URL(path, system().notificationUrl))).json()) as Body;

const harness = new ParticipantHarness('customer', () => system().customerUrl);
let customerId: string;
let address: string;
beforeAll(async () => {
  customerId = await newCustomer(harness, { limit: 100_00 });
  address = `${customerId.toLowerCase()}@example.com`;
  await harness.asAdministrator((client) =>
    client.query('update customer set name = $2, email = $3 where customer_id = $1', [customerId, 'Zoë <b>Test</b>', address]),
  );
});

const mailsTo = async (to: string) =>
  (await ask<Page<MailboxEntry>>(`/mailbox/messages?limit=200&to=${encodeURIComponent(to)}`)).items;
const mailsAbout =
  (orderId: string, to = address) =>
  async () =>
    (await mailsTo(to)).filter(({ subject }) => subject.includes(orderId));

async function command(orderId: string, name: string, body?: object): Promise<void> {
  const { status, body: accepted } = await call<{ sagaId: string }>('POST', `/v1/orders/${orderId}/${name}`, body);
  expect(status, JSON.stringify(accepted)).toBe(202);
  await ended(accepted.sagaId);
}

describe('mails', () => {
  it('inform the customer, by name and at the current address, about the outcome of an order', async () => {
    const { orderId, sagaId } = await placeOrder(customerId, 3);
    await ended(sagaId);
    await command(orderId, 'pay', { paymentMethod: 'pm_ok' });
    await command(orderId, 'ship');
    const mails = await eventually(mailsAbout(orderId), (found) => found.length >= 3);
    expect(mails.map(({ subject, to, copies }) => [subject, to, copies]).toSorted()).toEqual(
      [`Thank you for paying order ${orderId}`, `We have your order ${orderId}`, `Your order ${orderId} is on its way`].map(
        (subject) => [subject, [address], 1],
      ),
    );
    const approved = mails.find(({ subject }) => subject.startsWith('We have'))!;
    const { text, html, headers } = await ask<MailboxMessage>(`/mailbox/messages/${approved.id}`);
    expect(text).toContain('Dear Zoë <b>Test</b>,');
    expect(text).toContain('3.00 EUR of your credit');
    expect(html).toContain('Dear Zoë &lt;b&gt;Test&lt;/b&gt;,');
    expect(headers.find(({ name }) => name === 'auto-submitted')?.value).toBe('auto-generated');
  });

  it('inform the customer of a refusal and of a booked trip, and operators of open decisions', async () => {
    const { orderId, sagaId } = await placeOrder(customerId, 900);
    await ended(sagaId);
    expect(await order(orderId)).toMatchObject({ state: 'REJECTED' });
    await eventually(mailsAbout(orderId), ([mail]) => mail?.subject === `We cannot take your order ${orderId}`);

    const { tripId, sagaId: tripSaga } = await bookTrip(
      tripOf({ customerId, approvalRequiredAbove: { amount: 1, currency: 'EUR' } }),
    );
    const operators = 'operations@roundtrip.localhost';
    await eventually(
      mailsAbout(tripId, operators),
      ([mail]) => mail?.subject.startsWith(`Please approve trip ${tripId}`) === true,
    );
    expect((await call('POST', `/v1/trips/${tripId}/approve`, {})).status).toBeLessThan(300);
    await ended(tripSaga);
    await eventually(mailsAbout(tripId), ([mail]) => mail?.subject === `Your trip ${tripId} is booked`);
  });

  describe('while no sender runs', () => {
    afterEach(() => process.kill(pidOf('notification'), 'SIGCONT'));

    it('keep no saga waiting, and come afterwards, each once', async () => {
      process.kill(pidOf('notification'), 'SIGSTOP');
      const placed = await Promise.all(Array.from({ length: 5 }, () => placeOrder(customerId, 1)));
      for (const { orderId, sagaId } of placed) {
        expect((await ended(sagaId)).state).toBe('COMPLETED');
        expect(await order(orderId)).toMatchObject({ state: 'APPROVED' });
      }
      process.kill(pidOf('notification'), 'SIGCONT');
      for (const { orderId } of placed) {
        const mails = await eventually(mailsAbout(orderId), (found) => found.length > 0);
        expect(mails).toMatchObject([{ copies: 1 }]);
      }
    });
  });
});

describe('the mailbox', () => {
  it('shows mails on a page that runs nothing of what they bring along', async () => {
    const { orderId, sagaId } = await placeOrder(customerId, 1);
    await ended(sagaId);
    const [mail] = await eventually(mailsAbout(orderId), (found) => found.length > 0);
    const page = await fetch(new URL(`/mailbox?message=${mail!.id}`, system().notificationUrl));
    const shown = await page.text();
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'(?!.*script)/);
    expect(shown).toContain(`We have your order ${orderId}`);
    expect(shown).toContain('Dear Zoë &lt;b&gt;Test&lt;/b&gt;,');
    expect(shown).not.toContain('<script');
    expect(shown).toMatch(new RegExp(`<iframe sandbox=""[^>]* src="/mailbox/messages/${mail!.id}/html"`));
    const html = await fetch(new URL(`/mailbox/messages/${mail!.id}/html`, system().notificationUrl));
    expect(html.headers.get('content-security-policy')).toMatch(/^sandbox; default-src 'none'/);
  });

  it.each([
    ['/mailbox/messages/018f0000-0000-7000-8000-000000000000', 404, 'MESSAGE_NOT_FOUND'],
    ['/mailbox/messages/nonsense', 422, 'VALIDATION_FAILED'],
    ['/mailbox?message=nonsense', 422, 'VALIDATION_FAILED'],
    ['/mailbox/messages?limit=0', 422, 'VALIDATION_FAILED'],
    ['/mailbox/messages?after=nonsense', 422, 'INVALID_CURSOR'],
    ['/mailbox/messages?form=x', 422, 'VALIDATION_FAILED'],
    ['/mails?state=lost', 422, 'VALIDATION_FAILED'],
  ])('refuses %s with a problem', async (path, status, code) => {
    const response = await fetch(new URL(path, system().notificationUrl));
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ status, code });
  });

  it('gives its list page by page', async () => {
    const all = await mailsTo(address);
    const paged: string[] = [];
    let after = '';
    do {
      const { items, next } = await ask<Page<MailboxEntry>>(
        `/mailbox/messages?limit=2&to=${encodeURIComponent(address)}${after && `&after=${after}`}`,
      );
      paged.push(...items.map(({ id }) => id));
      after = next ?? '';
    } while (after);
    expect(paged).toEqual(all.map(({ id }) => id));
    expect(all.length).toBeGreaterThan(2);
  });
});
