import { escapeHtml } from '../mails/render-mail.js';
import type { MailboxEntry, MailboxMessage } from './mailbox.service.js';

const style = `body{font:15px system-ui;margin:0;display:grid;grid-template-columns:26rem 1fr;height:100vh}
nav{overflow:auto;border-right:1px solid #ccc}nav a{display:block;padding:.5rem 1rem;border-bottom:1px solid #eee;color:inherit;text-decoration:none}
nav a.open{background:#eef}small{color:#666}main{padding:1rem;display:flex;flex-direction:column;gap:1rem;overflow:auto}
iframe{flex:1;min-height:20rem;border:1px solid #ccc}pre{white-space:pre-wrap;background:#f6f6f6;padding:1rem;margin:0}h1{font-size:1.1rem;margin:1rem}`;

/** The HTML page of the mailbox. It has no script. A mail is shown as text, or in a sandboxed frame. */
export function mailboxPage(entries: readonly MailboxEntry[], open: MailboxMessage | undefined): string {
  const items = entries.map(
    ({ id, to, subject, receivedAt }) =>
      `<a${id === open?.id ? ' class="open"' : ''} href="?message=${encodeURIComponent(id)}">${escapeHtml(subject)}<br><small>${escapeHtml(to.join(', '))}, ${escapeHtml(receivedAt)}</small></a>`,
  );
  const shown = open
    ? `<div><b>${escapeHtml(open.subject)}</b><br><small>from ${escapeHtml(open.from)} to ${escapeHtml(open.to.join(', '))}, ${escapeHtml(open.messageId)}</small></div>
<pre>${escapeHtml(open.text)}</pre>
<iframe sandbox="" referrerpolicy="no-referrer" title="The mail as HTML" src="/mailbox/messages/${encodeURIComponent(open.id)}/html"></iframe>`
    : `<p>${entries.length === 0 ? 'No mail yet. Place an order and reload.' : 'Choose a mail.'}</p>`;
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Mailbox</title><style>${style}</style></head>
<body>
<nav><h1>Mailbox</h1>${items.join('\n')}</nav>
<main>${shown}</main>
</body>
</html>
`;
}
