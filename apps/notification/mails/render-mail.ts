/** What a mail says: plain sentences, the same in its text and in its HTML. */
export interface Mail {
  subject: string;
  paragraphs: readonly string[];
}

/** Whom a mail is for. Where a customer gets mail only the customer service knows, and is asked when the mail is sent. */
export type Recipient = { to: 'customer'; customerId: string } | { to: 'operations' };

export interface RenderedMail {
  subject: string;
  text: string;
  html: string;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as it may stand anywhere in HTML. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? '');

/** The mail as text and as HTML that says the same. Whatever comes from outside (names, reasons) is escaped. */
export function renderMail({ subject, paragraphs }: Mail, name?: string): RenderedMail {
  const lines = [name === undefined ? 'Hello,' : `Dear ${name},`, ...paragraphs, 'Roundtrip'];
  return {
    subject: subject.replace(/\s+/g, ' '),
    text: `${lines.join('\n\n')}\n`,
    html: `<!doctype html>\n<html lang="en"><body style="font-family: system-ui, sans-serif">\n${lines
      .map((line) => `<p>${escapeHtml(line)}</p>`)
      .join('\n')}\n</body></html>\n`,
  };
}
