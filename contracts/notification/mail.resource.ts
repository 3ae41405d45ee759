import { z } from 'zod';

export const mailStates = ['pending', 'sending', 'sent', 'dead', 'unaddressed'] as const;

/** A mail for operators: its cause and its state. It has neither the address nor the text. */
export const QueuedMail = z
  .object({
    /** Derived from the event that caused the mail. */
    mailId: z.uuid(),
    type: z.string(),
    subject: z.string(),
    recipient: z.enum(['customer', 'operations']),
    customerId: z.string().nullable(),
    state: z.enum(mailStates),
    attempts: z.int(),
    nextAttemptAt: z.iso.datetime().nullable(),
    lastError: z.string().nullable(),
    createdAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'QueuedMail' });
export type QueuedMail = z.infer<typeof QueuedMail>;
export type MailState = QueuedMail['state'];
