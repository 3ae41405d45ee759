import { describe, expect, it } from 'vitest';
import { eventCatalogue } from '../../../contracts/event-catalogue.js';
import { mailedTypes, mailOf, recipientOf } from './mail-catalogue.js';
import { renderMail } from './render-mail.js';

/** Every example of every version of every mailed type, as in the log. */
const examples = mailedTypes.flatMap((type) =>
  (eventCatalogue.get(type)?.versions ?? []).flatMap(({ version, schema }) =>
    ((schema.meta()?.['examples'] ?? []) as { customerId?: string | null; lost?: true }[]).map(
      (data) => [`${type}.v${version}`, { type, typeVersion: version, data: JSON.stringify(data) }, data] as const,
    ),
  ),
);

describe('the catalogue of mails', () => {
  it('has existing event types only, each with an example', () => {
    for (const type of mailedTypes)
      expect(
        examples.filter(([, event]) => event.type === type),
        type,
      ).not.toHaveLength(0);
  });

  it.each(examples)('renders %s without placeholders', (_name, event, { customerId, lost }) => {
    const recipient = recipientOf(event);
    const { subject, text, html } = renderMail(mailOf(event), 'Alice');
    // The end of the run of a lost saga is mailed, so its need for attention is not.
    const expected = lost ? undefined : { to: 'operations' };
    expect(recipient).toEqual(
      /^(saga|hooks)\.|approval/.test(event.type) ? expected : customerId ? { to: 'customer', customerId } : undefined,
    );
    for (const part of [subject, text, html]) expect(part).not.toMatch(/undefined|null|NaN|\[object/);
    expect(subject.length).toBeLessThan(200);
  });

  it('shows the amount of an approval in each stored version', () => {
    const mailText = (typeVersion: number, data: object) =>
      renderMail(mailOf({ type: 'order.approved', typeVersion, data: JSON.stringify(data) })).text;
    const order = { orderId: 'ORDER-1', customerId: 'CUST-ALICE' };
    const total = { amount: 3_000, currency: 'EUR' };
    expect(mailText(1, { ...order, total })).toContain('30.00 EUR');
    expect(mailText(2, { ...order, credit: { reserved: total }, lines: [] })).toContain('30.00 EUR');
  });

  it('has no mail for another type', () => {
    const event = { type: 'order.placed', typeVersion: 1, data: '{}' };
    expect(recipientOf(event)).toBeUndefined();
    expect(() => mailOf(event)).toThrow('order.placed');
  });
});

describe('a mail', () => {
  it('escapes external text in HTML', () => {
    const { subject, text, html } = renderMail(
      { subject: 'Hello\r\nBcc: everybody@example.com', paragraphs: ['<script>alert("1")</script> & \'more\''] },
      '<b>Mallory</b>',
    );
    expect(subject).toBe('Hello Bcc: everybody@example.com');
    expect(text).toContain('<script>alert("1")</script> & \'more\'');
    expect(html).not.toMatch(/<script|<b>/);
    expect(html).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;more&#39;');
    expect(html).toContain('Dear &lt;b&gt;Mallory&lt;/b&gt;,');
  });
});
