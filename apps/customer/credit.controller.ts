import { Controller, Get, Param, Query } from '@nestjs/common';
import { z } from 'zod';
import type { Credit, LedgerEntry } from '../../contracts/customer/credit.resource.js';
import { Identifier } from '../../contracts/values/identifier.js';
import { type Page, pageQuery } from '../../contracts/values/page.js';
import { ProblemException } from '../../libs/service-kit/problem.exception.js';
import { CreditQueries } from './credit.queries.js';
import { customerNotFound } from './customer-not-found.problem.js';
import { CustomerQueries } from './customer.queries.js';
import { Instant } from './instant.js';

const CreditQuery = z.strictObject({ at: Instant.optional() });
const EntryListQuery = z.strictObject(pageQuery);

@Controller('customers/:customerId/credit')
export class CreditController {
  constructor(
    private readonly queries: CreditQueries,
    private readonly customers: CustomerQueries,
  ) {}

  @Get()
  async credit(
    @Param('customerId', { schema: Identifier }) customerId: string,
    @Query({ schema: CreditQuery }) { at }: z.infer<typeof CreditQuery>,
  ): Promise<Credit> {
    const credit = await this.queries.credit(customerId, at);
    if (credit) return credit;
    await this.requireCustomer(customerId);
    const when = at === undefined ? 'yet' : `at ${at}`;
    throw new ProblemException(404, 'CREDIT_ACCOUNT_NOT_OPEN', `${customerId} had no open credit account ${when}.`);
  }

  @Get('entries')
  async entries(
    @Param('customerId', { schema: Identifier }) customerId: string,
    @Query({ schema: EntryListQuery }) query: z.infer<typeof EntryListQuery>,
  ): Promise<Page<LedgerEntry>> {
    await this.requireCustomer(customerId);
    return this.queries.entries(customerId, query);
  }

  private async requireCustomer(customerId: string): Promise<void> {
    if (!(await this.customers.customer(customerId))) throw customerNotFound(customerId);
  }
}
