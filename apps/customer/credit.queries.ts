import { Inject, Injectable } from '@nestjs/common';
import type { Credit, LedgerEntry } from '../../contracts/customer/credit.resource.js';
import type { Page } from '../../contracts/values/page.js';
import type { PrismaClient } from '../../generated/customer/client.js';
import { DATABASE } from '../../libs/participant/command.executor.js';
import { decodeCursor, encodeCursor } from '../../libs/service-kit/cursor.js';
import { availableOf } from './credit-account.js';
import { readAccount, readEntries } from './credit-ledger.repository.js';

/** Reads of the credit, which is derived from the ledger. */
@Injectable()
export class CreditQueries {
  constructor(@Inject(DATABASE) private readonly database: PrismaClient) {}

  /** The credit now, or at a past instant (UTC, microseconds); a future instant is now. Null if the account was not open then. */
  async credit(customerId: string, at?: string): Promise<Credit | null> {
    const past = at !== undefined && Date.parse(at) < Date.now() ? at : undefined;
    const account = await readAccount(this.database, customerId, past);
    if (!account) return null;
    const { limit, reserved, blocked } = account;
    return { customerId, limit, reserved, available: availableOf(account), blocked, ...(past === undefined ? {} : { at: past }) };
  }

  /** The ledger itself, oldest entry first. */
  async entries(customerId: string, { limit, after }: { limit: number; after?: string | undefined }): Promise<Page<LedgerEntry>> {
    const [sequence] = after === undefined ? [0] : decodeCursor(after, ['number']);
    const entries = await readEntries(this.database, customerId, sequence, limit + 1);
    const items = entries.slice(0, limit);
    return { items, next: entries.length > limit ? encodeCursor(items.at(-1)!.sequence) : null };
  }
}
