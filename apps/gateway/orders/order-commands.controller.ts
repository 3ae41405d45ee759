import { Body, Controller, Param, Post, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { ServerResponse } from 'node:http';
import { Identifier } from '../../../contracts/values/identifier.js';
import { Order, OrderCommandAccepted, PayOrder, ReviseOrder } from '../../../contracts/order/order.resource.js';
import { ApiProblems, bodyProblems } from '../http/api-responses.decorator.js';
import { Allow } from '../auth/allow.decorator.js';
import { respondToCommand } from '../http/command-response.js';
import { type CommandHeaders, FromHeaders } from '../http/command-headers.decorator.js';
import { Command, commandProblems } from '../http/command.decorator.js';
import { OrderCommandsService } from './order-commands.service.js';

const accepted = {
  standardSchema: OrderCommandAccepted,
  description: 'The command is accepted and locks the order. `Location` is the address of the order.',
};
const ended = { standardSchema: Order, description: 'The saga ended within the time of `Prefer: wait=N`.' };
const problems = { ...commandProblems, 404: ['ORDER_NOT_FOUND'], 409: ['ORDER_STATE_CONFLICT'] };

type Answer = Promise<OrderCommandAccepted | Order>;

@ApiTags('orders')
@Allow('orders')
@Controller('v1/orders/:orderId')
export class OrderCommandsController {
  constructor(private readonly commands: OrderCommandsService) {}

  @Post('revise')
  @Command()
  @ApiOperation({
    summary: 'Revise the lines of an order',
    description:
      'Starts the saga `reviseOrder`: APPROVED → REVISION_PENDING → APPROVED. The order then has the new lines at current prices, or the ' +
      'old lines and `lastRevision.code`.',
  })
  @ApiAcceptedResponse(accepted)
  @ApiOkResponse(ended)
  @ApiProblems({ ...bodyProblems, ...problems })
  async revise(
    @Param('orderId', { schema: Identifier }) orderId: string,
    @Body({ schema: ReviseOrder }) revision: ReviseOrder,
    @FromHeaders() headers: CommandHeaders,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Answer {
    return this.answer(await this.commands.revise(orderId, revision, headers), headers, response);
  }

  @Post('cancel')
  @Command()
  @ApiOperation({
    summary: 'Cancel an order',
    description: 'Starts the saga `cancelOrder`: APPROVED → CANCEL_PENDING → CANCELLED. The credit is released.',
  })
  @ApiAcceptedResponse(accepted)
  @ApiOkResponse(ended)
  @ApiProblems(problems)
  async cancel(
    @Param('orderId', { schema: Identifier }) orderId: string,
    @FromHeaders() headers: CommandHeaders,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Answer {
    return this.answer(await this.commands.cancel(orderId, headers), headers, response);
  }

  @Post('pay')
  @Command()
  @ApiOperation({
    summary: 'Pay for an order',
    description:
      'Starts the saga `payOrder`: APPROVED → PAYMENT_PENDING → PAID. The credit is released. If it fails: APPROVED with `lastPayment.code`.',
  })
  @ApiAcceptedResponse(accepted)
  @ApiOkResponse(ended)
  @ApiProblems({ ...bodyProblems, ...problems })
  async pay(
    @Param('orderId', { schema: Identifier }) orderId: string,
    @Body({ schema: PayOrder }) payment: PayOrder,
    @FromHeaders() headers: CommandHeaders,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Answer {
    return this.answer(await this.commands.pay(orderId, payment, headers), headers, response);
  }

  @Post('ship')
  @Command()
  @ApiOperation({ summary: 'Ship an order', description: 'Starts the saga `shipOrder`: PAID → SHIPPED.' })
  @ApiAcceptedResponse(accepted)
  @ApiOkResponse(ended)
  @ApiProblems(problems)
  async ship(
    @Param('orderId', { schema: Identifier }) orderId: string,
    @FromHeaders() headers: CommandHeaders,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Answer {
    return this.answer(await this.commands.ship(orderId, headers), headers, response);
  }

  private answer(command: OrderCommandAccepted, { wait }: CommandHeaders, response: ServerResponse): Answer {
    const outcome = (seconds: number) => this.commands.outcome(command, seconds);
    return respondToCommand(response, wait, { location: command.links.self, accepted: command, outcome, finalStatus: 200 });
  }
}
