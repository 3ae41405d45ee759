import { Body, Controller, Get, Headers, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Fault } from '../../contracts/participant/fault.resource.js';
import { IdempotencyKey } from '../../contracts/values/idempotency-key.js';
import { participants, refusalsOf, SEAL } from '../../contracts/participant/participants.js';
import { parseHeader } from '../service-kit/parse-header.js';
import { ProblemException } from '../service-kit/problem.exception.js';
import type { CommandContext } from './command-context.js';
import type { CommandHandler } from './command-handler.js';
import { CommandExecutor } from './command.executor.js';
import { FaultRegistry } from './fault.registry.js';
import { PARTICIPANT, type ParticipantIdentity } from './participant.options.js';
import { Refusal } from './refusal.js';
import type { Transaction } from './transaction.js';

export const COMMAND_HANDLERS = Symbol('COMMAND_HANDLERS');

const OptionalHeader = z.string().max(512, 'must not be longer than 512 characters').optional();

/**
 * `POST /commands/<operation>` runs a command once per `Idempotency-Key`. `GET /commands/<key>` answers the key's final answer, if it has one.
 * `POST /commands/<key>/seal` answers it too, and first gives the key a refusal as its final answer if it has none.
 *
 * Every answer that is the key's own carries the header `Idempotency-Key`. An answer without it settles nothing about the key.
 */
@Controller('commands')
export class CommandController {
  constructor(
    @Inject(PARTICIPANT) private readonly participant: ParticipantIdentity,
    @Inject(COMMAND_HANDLERS) private readonly handlers: Record<string, CommandHandler<Transaction> | undefined>,
    private readonly executor: CommandExecutor,
    private readonly faults: FaultRegistry,
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

    const fault = await this.applyFault(operation);
    const effective = fault === 'refuse' ? this.refusingHandler(handler, operation) : handler;
    const answer = await this.executor.execute(operation, effective, command.data, context);
    if (fault === 'drop-response') return void request.socket.destroy();
    send(response, context.key, answer.status, answer.body);
  }

  @Get(':key')
  async find(@Param('key', { schema: IdempotencyKey }) key: string, @Res() response: ServerResponse): Promise<void> {
    const found = await this.executor.find(key);
    if (!found) throw new ProblemException(404, 'COMMAND_NOT_FOUND', `The key ${key} has no answer yet.`);
    send(response, key, 200, found);
  }

  @Post(':key/seal')
  async seal(
    @Param('key', { schema: IdempotencyKey }) key: string,
    @Req() request: IncomingMessage,
    @Res() response: ServerResponse,
  ): Promise<void> {
    const fault = await this.applyFault(SEAL);
    const answer = await this.executor.seal(key);
    if (fault === 'drop-response') return void request.socket.destroy();
    send(response, key, 200, { ...answer, sealed: answer.operation === SEAL });
  }

  /** @returns the mode of the fault that the call has to suffer, if any. @throws ProblemException 500 `FAULT_ON_DEMAND`. */
  private async applyFault(operation: string): Promise<Fault['mode'] | undefined> {
    const fault = this.faults.take(operation);
    if (fault?.mode === 'error')
      throw new ProblemException(500, 'FAULT_ON_DEMAND', `${operation} fails on demand, before any effect.`);
    if (fault?.mode === 'delay') await delay(fault.delayMs ?? 3_000);
    return fault?.mode;
  }

  /** The same command, refused instead: the refusal is stored under the key as any other. */
  private refusingHandler(handler: CommandHandler<Transaction>, operation: string): CommandHandler<Transaction> {
    const [code = 'REFUSED'] = refusalsOf(this.participant.name, operation);
    const refusal = new Refusal(code, `${operation} is refused on demand, without any effect.`);
    return { ...handler, handle: () => Promise.resolve(refusal) };
  }
}

/** Sends an answer that is the key's own. */
function send(response: ServerResponse, key: string, status: number, body: unknown): void {
  const type = status >= 400 ? 'application/problem+json' : 'application/json';
  const text = JSON.stringify(body);
  response
    .writeHead(status, {
      'Content-Type': `${type}; charset=utf-8`,
      'Content-Length': Buffer.byteLength(text),
      'Idempotency-Key': key,
    })
    .end(text);
}
