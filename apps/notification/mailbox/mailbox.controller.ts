import { Controller, Delete, Get, Header, HttpCode, Param, Query } from '@nestjs/common';
import { z } from 'zod';
import { type Page, pageQuery } from '../../../contracts/values/page.js';
import { mailboxPage } from './mailbox-page.js';
import { Mailbox, type MailboxEntry, type MailboxFilter, type MailboxMessage } from './mailbox.service.js';

const MessageId = z.uuid();
const PageQuery = z.strictObject({ message: MessageId.optional() });
const ListQuery = z.strictObject({ ...pageQuery, to: z.email().optional() });
const SHOWN = 200;

/** The mailbox of the embedded default. It does not exist if a mail server is configured. */
@Controller('mailbox')
export class MailboxController {
  constructor(private readonly mailbox: Mailbox) {}

  @Get()
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header(
    'Content-Security-Policy',
    "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  )
  async page(@Query({ schema: PageQuery }) { message }: z.infer<typeof PageQuery>): Promise<string> {
    const { items } = await this.mailbox.list({ limit: SHOWN });
    return mailboxPage(items, message === undefined ? undefined : await this.mailbox.message(message));
  }

  @Get('messages')
  list(@Query({ schema: ListQuery }) filter: MailboxFilter): Promise<Page<MailboxEntry>> {
    return this.mailbox.list(filter);
  }

  @Delete('messages')
  @HttpCode(204)
  empty(): Promise<void> {
    return this.mailbox.empty();
  }

  @Get('messages/:id')
  message(@Param('id', { schema: MessageId }) id: string): Promise<MailboxMessage> {
    return this.mailbox.message(id);
  }

  /** The HTML of a mail. The policy forbids scripts, forms and external resources, and gives it an opaque origin. */
  @Get('messages/:id/html')
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header(
    'Content-Security-Policy',
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'",
  )
  async html(@Param('id', { schema: MessageId }) id: string): Promise<string> {
    return (await this.mailbox.message(id)).html;
  }
}
