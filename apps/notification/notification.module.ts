import { type DynamicModule, Module } from '@nestjs/common';
import { Pool } from 'pg';
import { sql } from '../../libs/database/sql.js';
import type { Channel } from '../../libs/messaging/channel/channel.js';
import type { DeadLetters } from '../../libs/messaging/inbox/dead-letters.js';
import { DeadLettersModule } from '../../libs/messaging/inbox/dead-letters.module.js';
import { AtShutdownModule, type Lifecycle } from '../../libs/service-kit/at-shutdown.module.js';
import { OperationsModule } from '../../libs/service-kit/operations.module.js';
import { MailboxController } from './mailbox/mailbox.controller.js';
import { Mailbox } from './mailbox/mailbox.service.js';
import { MailsController } from './mails/mails.controller.js';
import { MailsService } from './mails/mails.service.js';

export interface NotificationParts {
  database: Pool;
  channel: Pick<Channel, 'assertDelivering'>;
  deadLetters: DeadLetters;
  /** The local mailbox if no mail server is configured. */
  mailbox: Mailbox | undefined;
  lifecycle: Lifecycle;
}

/** The routes of the service: health, metrics, the queue of mails, dead letters and, in the embedded default, the mailbox. */
@Module({})
export class NotificationModule {
  static register({ database, channel, deadLetters, mailbox, lifecycle }: NotificationParts): DynamicModule {
    return {
      module: NotificationModule,
      imports: [
        OperationsModule.register({
          inject: [],
          useFactory: () => ({ database: () => database.query(sql`select 1`), channel: async () => channel.assertDelivering() }),
        }),
        AtShutdownModule.register(lifecycle),
        DeadLettersModule.register(deadLetters),
      ],
      controllers: [MailsController, ...(mailbox ? [MailboxController] : [])],
      providers: [
        { provide: Pool, useValue: database },
        MailsService,
        ...(mailbox ? [{ provide: Mailbox, useValue: mailbox }] : []),
      ],
    };
  }
}
