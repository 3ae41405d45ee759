import type { Settings } from './settings.js';

/** Whether mails go to a local mailbox with a page: if no mail server is set, and never in production, because mails are private. */
export const hasMailbox = ({ SMTP_URL, NODE_ENV }: Pick<Settings, 'SMTP_URL' | 'NODE_ENV'>): boolean =>
  SMTP_URL === undefined && NODE_ENV !== 'production';
