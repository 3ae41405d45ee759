/** The content of a mail. Its text and its HTML have the same sentences. */
export interface Mail {
  subject: string;
  paragraphs: readonly string[];
}

/** The recipient of a mail. The customer service has the address of a customer; it is read when the mail is sent. */
export type Recipient = { to: 'customer'; customerId: string } | { to: 'operations' };

export interface RenderedMail {
  subject: string;
  text: string;
  html: string;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Escapes text for any place in HTML. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? '');

/** Renders the mail as text and as HTML. External text, such as names and reasons, is escaped. */
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
