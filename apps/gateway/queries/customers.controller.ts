import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Credit, LedgerEntry } from '../../../contracts/customer/credit.resource.js';
import { Customer } from '../../../contracts/customer/customer.resource.js';
import { Order } from '../../../contracts/order/order.resource.js';
import { type Page, PageQuery, pageQuery } from '../../../contracts/values/page.js';
import { atPosition, type ProjectedPage, projectedPageOf } from '../../../contracts/projection/projection.resource.js';
import { Identifier } from '../../../contracts/values/identifier.js';
import { ParticipantsService } from '../upstreams/participants.service.js';
import { isBehind, ReadModels } from '../upstreams/read-models.service.js';
import { ApiPage, ApiProblems } from '../http/api-responses.decorator.js';
import { Allow } from '../auth/allow.decorator.js';

const CustomerOrdersQuery = z.strictObject({ ...pageQuery, ...atPosition });
type CustomerOrdersQuery = z.infer<typeof CustomerOrdersQuery>;
const CreditQuery = z.strictObject({
  at: z.iso.datetime({ offset: true }).optional().meta({ description: 'Any past instant; default now' }),
});

const itemProblems = { 404: ['CUSTOMER_NOT_FOUND'], 422: ['VALIDATION_FAILED'], 503: ['PARTICIPANT_UNAVAILABLE'] };

/** Customers and their credit, from the customer service. Their orders are a read model. */
@ApiTags('customers')
@Allow('customers')
@Controller('v1/customers')
export class CustomersController {
  constructor(
    private readonly participants: ParticipantsService,
    private readonly readModels: ReadModels,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List customers' })
  @ApiPage(Customer)
  list(@Query({ schema: PageQuery }) page: PageQuery): Promise<Page<Customer>> {
    return this.participants.apis.customer.get('/customers', { ...page });
  }

  @Get(':customerId')
  @ApiOperation({ summary: 'Read a customer' })
  @ApiOkResponse({ standardSchema: Customer })
  @ApiProblems(itemProblems)
  get(@Param('customerId', { schema: Identifier }) customerId: string): Promise<Customer> {
    return this.participants.apis.customer.get(`/customers/${customerId}`);
  }

  @Get(':customerId/orders')
  @Allow('customers', 'orders')
  @ApiOperation({
    summary: "List a customer's orders, newest first",
    description:
      'A read model of the order and customer events. Without `at` it waits a moment for everything that is committed by now. `asOf` is the position of the answer.',
  })
  @ApiOkResponse({ standardSchema: projectedPageOf(Order) })
  @ApiProblems({
    404: ['CUSTOMER_NOT_FOUND'],
    422: ['VALIDATION_FAILED', 'INVALID_CURSOR', 'INVALID_POSITION'],
    503: ['PARTICIPANT_UNAVAILABLE', 'PROJECTION_BEHIND'],
  })
  async orders(
    @Param('customerId', { schema: Identifier }) customerId: string,
    @Query({ schema: CustomerOrdersQuery }) { at, ...page }: CustomerOrdersQuery,
  ): Promise<ProjectedPage<Order>> {
    const path = `/customers/${customerId}/orders`;
    const position = at ?? (await this.readModels.committedPosition());
    return this.readModels.page<Order>(path, { ...page, at: position }).catch((error: unknown) => {
      // A reader that named no position gets what the read model has.
      if (at === undefined && isBehind(error)) return this.readModels.page<Order>(path, { ...page });
      throw error;
    });
  }

  @Get(':customerId/credit')
  @ApiOperation({
    summary: "Read a customer's credit, now or at any past instant",
    description: 'Derived from an append-only ledger.',
  })
  @ApiOkResponse({ standardSchema: Credit })
  @ApiProblems({ ...itemProblems, 404: ['CUSTOMER_NOT_FOUND', 'CREDIT_ACCOUNT_NOT_OPEN'] })
  credit(
    @Param('customerId', { schema: Identifier }) customerId: string,
    @Query({ schema: CreditQuery }) { at }: { at?: string },
  ): Promise<Credit> {
    return this.participants.apis.customer.get(`/customers/${customerId}/credit`, { at });
  }

  @Get(':customerId/credit/entries')
  @ApiOperation({ summary: "Read the ledger of a customer's credit" })
  @ApiPage(LedgerEntry, { 404: ['CUSTOMER_NOT_FOUND'] })
  entries(
    @Param('customerId', { schema: Identifier }) customerId: string,
    @Query({ schema: PageQuery }) page: PageQuery,
  ): Promise<Page<LedgerEntry>> {
    return this.participants.apis.customer.get(`/customers/${customerId}/credit/entries`, { ...page });
  }
}
