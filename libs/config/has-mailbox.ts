import type { Settings } from './settings.js';

/** Whether mails end in a local mailbox with a page: not where a mail server is given, and never in production, as they hold what is nobody else's business. */
export const hasMailbox = ({ SMTP_URL, NODE_ENV }: Pick<Settings, 'SMTP_URL' | 'NODE_ENV'>): boolean =>
  SMTP_URL === undefined && NODE_ENV !== 'production';
