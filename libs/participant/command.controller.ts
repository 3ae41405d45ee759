import { Body, Controller, Get, Headers, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { IdempotencyKey } from '../../contracts/idempotency-key.js';
import { participants } from '../../contracts/participants.js';
import { parseHeader } from '../service-kit/parse-header.js';
import { ProblemException } from '../service-kit/problem.exception.js';
import type { CommandContext } from './command-context.js';
import type { CommandHandler } from './command-handler.js';
import { CommandExecutor, refusalProblem } from './command.executor.js';
import { FaultRegistry } from './fault.registry.js';
import { PARTICIPANT, type ParticipantIdentity } from './participant.options.js';
import type { Transaction } from './transaction.js';

export const COMMAND_HANDLERS = Symbol('COMMAND_HANDLERS');

const OptionalHeader = z.string().max(512, 'must not be longer than 512 characters').optional();

/** `POST /commands/<operation>` runs a command once per `Idempotency-Key`; `GET /commands/<key>` says whether it has had its effect. */
@Controller('commands')
export class CommandController {
  constructor(
    @Inject(PARTICIPANT) private readonly participant: ParticipantIdentity,
    @Inject(COMMAND_HANDLERS) private readonly handlers: Record<string, CommandHandler<Transaction> | undefined>,
    @Inject(CommandExecutor) private readonly executor: CommandExecutor,
    @Inject(FaultRegistry) private readonly faults: FaultRegistry,
  ) {}

  @Post(':operation')
  async execute(
    @Param('operation') operation: string,
    @Headers('idempotency-key') keyHeader: unknown,
    @Headers('x-correlation-id') correlationId: unknown,
    @Headers('traceparent') traceparent: unknown,
    @Body() body: unknown,
    @Req() request: IncomingMessage,
    @Res() response: ServerResponse,
  ): Promise<void> {
    const handler = Object.hasOwn(participants[this.participant.name], operation) ? this.handlers[operation] : undefined;
    if (!handler) throw new ProblemException(404, 'UNKNOWN_OPERATION', `${this.participant.name} has no operation ${operation}.`);
    const command = handler.schema.safeParse(body);
    if (!command.success) {
      throw new ProblemException(422, 'VALIDATION_FAILED', `The body is not a ${operation} command; see errors.`, {
        errors: command.error.issues.map((issue) => ({
          pointer: issue.path.map((key) => `/${String(key)}`).join(''),
          detail: issue.message,
        })),
      });
    }

    const context: CommandContext = {
      key: parseHeader('Idempotency-Key', IdempotencyKey, keyHeader),
      correlationId: parseHeader('X-Correlation-Id', OptionalHeader, correlationId) ?? null,
      traceparent: parseHeader('traceparent', OptionalHeader, traceparent) ?? null,
    };

    const fault = this.faults.take(operation);
    if (fault?.mode === 'error')
      throw new ProblemException(500, 'FAULT_ON_DEMAND', `${operation} fails on demand, before any effect.`);
    if (fault?.mode === 'delay') await delay(fault.delayMs ?? 3_000);
    const answer =
      fault?.mode === 'refuse'
        ? this.refusalOnDemand(operation)
        : await this.executor.execute(operation, handler, command.data, context);
    if (fault?.mode === 'drop-response') return void request.socket.destroy();
    send(response, answer.status, answer.body);
  }

  @Get(':key')
  async find(@Param('key', { schema: IdempotencyKey }) key: string): Promise<unknown> {
    const found = await this.executor.find(key);
    if (!found) throw new ProblemException(404, 'COMMAND_NOT_FOUND', `No command with the key ${key} has had an effect.`);
    return found;
  }

  private refusalOnDemand(operation: string) {
    const known: Record<string, { refusals: readonly string[] }> = participants[this.participant.name];
    const code = known[operation]?.refusals[0] ?? 'REFUSED';
    return { status: 409, body: refusalProblem(code, `${operation} is refused on demand, without any effect.`) };
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const type = status >= 400 ? 'application/problem+json' : 'application/json';
  const text = JSON.stringify(body);
  response.writeHead(status, { 'Content-Type': `${type}; charset=utf-8`, 'Content-Length': Buffer.byteLength(text) }).end(text);
}
