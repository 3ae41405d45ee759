import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { AuthorizeCommand } from '../../contracts/payment/payment.commands.js';
import { bankAnswers } from './test-bank.js';

interface Request {
  params?: { operation?: string };
  body?: unknown;
}

/** Waits for a slow bank before the transaction begins, as no transaction may stay open for another service. */
@Injectable()
export class SlowBankInterceptor implements NestInterceptor {
  async intercept(context: ExecutionContext, next: CallHandler): Promise<ReturnType<CallHandler['handle']>> {
    const { params, body } = context.switchToHttp().getRequest<Request>();
    const authorization = params?.operation === 'authorize' ? AuthorizeCommand.safeParse(body).data : undefined;
    const { delayMs = 0 } = authorization ? bankAnswers(authorization.paymentMethod) : {};
    if (delayMs > 0) await delay(delayMs);
    return next.handle();
  }
}
