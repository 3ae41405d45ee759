import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { mailStates, type QueuedMail } from '../../../contracts/notification/mail.resource.js';
import { type Page, pageQuery } from '../../../contracts/values/page.js';
import { type MailFilter, MailsService } from './mails.service.js';

const ListQuery = z.strictObject({ ...pageQuery, state: z.enum(mailStates).optional() });
const MailId = z.uuid();

/** For operators, on the internal port of the service. */
@Controller('mails')
export class MailsController {
  constructor(private readonly mails: MailsService) {}

  @Get()
  list(@Query({ schema: ListQuery }) filter: MailFilter): Promise<Page<QueuedMail>> {
    return this.mails.list(filter);
  }

  @Post(':mailId/retry')
  @HttpCode(200)
  retry(@Param('mailId', { schema: MailId }) mailId: string): Promise<QueuedMail> {
    return this.mails.retry(mailId);
  }
}
