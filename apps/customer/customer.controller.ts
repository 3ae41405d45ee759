import { Controller, Get, Param, Query } from '@nestjs/common';
import { z } from 'zod';
import type { Customer } from '../../contracts/customer/customer.resource.js';
import { Identifier } from '../../contracts/values/identifier.js';
import { type Page, pageQuery } from '../../contracts/values/page.js';
import { customerNotFound } from './customer-not-found.problem.js';
import { CustomerQueries } from './customer.queries.js';

const CustomerListQuery = z.strictObject(pageQuery);

@Controller('customers')
export class CustomerController {
  constructor(private readonly queries: CustomerQueries) {}

  @Get()
  list(@Query({ schema: CustomerListQuery }) query: z.infer<typeof CustomerListQuery>): Promise<Page<Customer>> {
    return this.queries.customers(query);
  }

  @Get(':customerId')
  async get(@Param('customerId', { schema: Identifier }) customerId: string): Promise<Customer> {
    const customer = await this.queries.customer(customerId);
    if (!customer) throw customerNotFound(customerId);
    return customer;
  }
}
