import type { PoolClient } from 'pg';
import type { Consumer } from '../../libs/messaging/inbox/consumer.js';
import type { LoggedEvent } from '../../libs/messaging/event/logged-event.js';
import { mailedTypes, recipientOf } from './mails/mail-catalogue.js';
import { queueMail } from './sending/mail-job.js';

/** Queues a mail for each mailed event. `MailSender` sends it, so that no event waits for a mail server. */
export const queueMails: Consumer = {
  name: 'notification',
  types: mailedTypes,
  // Mails are independent: none waits for another.
  mode: 'commutative',
  async handle(event: LoggedEvent, tx: PoolClient): Promise<void> {
    const recipient = recipientOf(event);
    if (recipient) await queueMail(tx, event, recipient, new Date());
  },
};
