/** What a mail says: plain sentences, the same in its text and in its HTML. */
export interface Mail {
  subject: string;
  paragraphs: readonly string[];
}

/** Whom a mail is for. Where a customer gets mail only the customer service knows, and is asked when the mail is sent. */
export type Recipient = { to: 'customer'; customerId: string } | { to: 'operations' };
