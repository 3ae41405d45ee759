import addressparser from 'nodemailer/lib/addressparser';

export interface MailAddress {
  /** The display name; empty if there is none. */
  name: string;
  address: string;
}

const PLAIN = /^[^\s<>@,;:()"[\]\\]+@[^\s<>@,;:()"[\]\\]+$/;

/**
 * Reads `a@example.com`, `Name <a@example.com>` or `"Name, with a comma" <a@example.com>`.
 * @returns undefined for any other text, several addresses included.
 */
export function parseMailAddress(text: string): MailAddress | undefined {
  const bare = text.trim();
  if (PLAIN.test(bare)) return { name: '', address: bare };
  if (!/^[^<>\r\n]*<[^<>\r\n]+>$/.test(bare)) return undefined;
  const [first, ...others] = addressparser(text);
  if (first?.address === undefined || others.length > 0 || !PLAIN.test(first.address)) return undefined;
  return { name: first.name, address: first.address };
}
